//! Small drawings that stand in the row of a table, beside the figures that they show.

use maud::{Markup, html};

use super::short;

/// The width of a drawing, in units of its view box.
const WIDTH: f64 = 160.0;

/// A share with its interval, drawn on a line from nothing to all.
pub(crate) fn interval(share: f64, low: f64, high: f64) -> Markup {
    let at = |share: f64| short(share.clamp(0.0, 1.0) * WIDTH);
    html! {
        svg.interval viewBox="-4 0 168 12" aria-hidden="true" {
            line.track x1="0" x2="160" y1="6" y2="6" {}
            line.band x1=(at(low)) x2=(at(high)) y1="6" y2="6" {}
            line.point x1=(at(share)) x2=(at(share)) y1="1" y2="11" {}
        }
    }
}

/// A value as a bar from zero with its interval as a whisker, for a column of a table in which
/// all rows have the same range, from `lowest` to `highest`. The style sheet mirrors it where the
/// table is mirrored. Nothing is drawn for a value that is no number.
pub(crate) fn row_bar(
    value: f64,
    interval: Option<(f64, f64)>,
    (lowest, highest): (f64, f64),
) -> Markup {
    let (lowest, highest) = (lowest.min(0.0), highest.max(0.0));
    let span = highest - lowest;
    let at = |value: f64| ((value - lowest) / span * WIDTH).clamp(0.0, WIDTH);
    let is_drawn = value.is_finite() && span.is_finite() && span > 0.0;
    let interval = interval.filter(|(low, high)| low.is_finite() && high.is_finite());
    html! {
        @if is_drawn {
            @let (from, to) = (at(value.min(0.0)), at(value.max(0.0)));
            svg.row-bar viewBox="-4 0 168 16" aria-hidden="true" {
                rect.part.bar x=(short(from)) y="3" width=(short(to - from)) height="10" {}
                line.zero x1=(short(at(0.0))) x2=(short(at(0.0))) y1="0" y2="16" {}
                @if let Some((low, high)) = interval {
                    @let (low, high) = (at(low.min(high)), at(high.max(low)));
                    path.whisker d={
                        "M" (short(low)) " 5V11M" (short(low)) " 8H" (short(high))
                        "M" (short(high)) " 5V11"
                    } {}
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_in_rows_grow_from_zero() {
        let drawn = row_bar(-20.0, Some((-30.0, 10.0)), (-40.0, 40.0)).into_string();
        assert!(drawn.contains(r#"x="40" y="3" width="40""#), "{drawn}");
        assert!(drawn.contains("M20 5V11M20 8H100M100 5V11"), "{drawn}");
        let drawn = row_bar(3.0, None, (2.0, 4.0)).into_string();
        assert!(drawn.contains(r#"x="0" y="3" width="120""#), "{drawn}");
        assert!(!drawn.contains("whisker"), "{drawn}");
    }

    #[test]
    fn what_is_no_number_is_not_drawn() {
        for (value, range) in [
            (f64::NAN, (0.0, 1.0)),
            (f64::INFINITY, (0.0, 1.0)),
            (1.0, (0.0, f64::INFINITY)),
            (1.0, (f64::NAN, f64::NAN)),
            (0.0, (0.0, 0.0)),
        ] {
            assert_eq!(row_bar(value, None, range).into_string(), "");
        }
        let drawn = row_bar(0.5, Some((f64::NAN, 1.0)), (0.0, 1.0)).into_string();
        assert!(
            !drawn.contains("NaN") && !drawn.contains("whisker"),
            "{drawn}"
        );
    }
}
