//! Bars with their intervals, from zero up or down: each is a group with a mean of its own.

use maud::{Markup, html};

use super::scale::Scale;
use super::{Frame, LABEL_WIDTH, START, Size, TOP, hatching, mark, readout, short, width_of};
use crate::i18n::Speech;

const PLOT_HEIGHT: f64 = 210.0;
/// More bars than this are not drawn; five years of months are 60.
const BARS_MAX: usize = 60;
/// A bar that is wider looks like a wall.
const BAR_WIDTH_MAX: f64 = 64.0;

/// Bars along an axis that runs from left to right.
pub(crate) struct Bars {
    /// Tells this chart's patterns from those of others on the page.
    pub(crate) id: &'static str,
    /// What a screen reader hears first.
    pub(crate) label: String,
    pub(crate) size: Size,
    /// What a bar's height is, and what the bars stand side by side by.
    pub(crate) value_title: String,
    pub(crate) bars_title: String,
    pub(crate) bars: Vec<Bar>,
    /// Writes a value for the axis, after division by `unit`.
    pub(crate) tick: fn(&Speech, i64) -> String,
    /// The multiple that axis values are counted in: 1, or the minor units of a currency.
    pub(crate) unit: i64,
}

/// One bar.
pub(crate) struct Bar {
    /// Under the axis, and how many it is about under that.
    pub(crate) label: String,
    pub(crate) sample: String,
    /// In the smallest units; may be negative.
    pub(crate) value: i64,
    /// The lower and the upper end of its interval; nothing where data are too few for one.
    pub(crate) interval: Option<(i64, i64)>,
    /// The value in few letters, at the bar's end.
    pub(crate) text: String,
    /// Everything it says, shown above the plot on hover and focus.
    pub(crate) readout: String,
    pub(crate) href: Option<String>,
    /// Not over yet, and will still change: hatched.
    pub(crate) is_unfinished: bool,
}

impl Bar {
    /// The lowest and the highest value that is drawn of it.
    fn ends(&self) -> (i64, i64) {
        let (low, high) = self.interval.unwrap_or((self.value, self.value));
        (
            low.min(high).min(self.value).min(0),
            high.max(low).max(self.value).max(0),
        )
    }
}

/// Draws the bars. A longer row shows its first 60.
pub(crate) fn bars(speech: &Speech, chart: &Bars) -> Markup {
    let shown = &chart.bars[..chart.bars.len().min(BARS_MAX)];
    let below = shown.iter().map(|bar| bar.ends().0).min().unwrap_or(0);
    let above = shown.iter().map(|bar| bar.ends().1).max().unwrap_or(0);
    let held = (below.saturating_neg(), above);
    // Room for the figures at the ends of the bars.
    let scale = Scale::of(held, chart.unit, (TOP + 16.0, PLOT_HEIGHT - 32.0));
    let width = chart.size.width() - START;
    let slot = width / shown.len().max(1) as f64;
    let foot = TOP + PLOT_HEIGHT;
    let hatch = format!("{}-hatch", chart.id);
    let frame = Frame {
        class: format!("bars {}", chart.size.class()),
        id: chart.id,
        label: &chart.label,
        start: START,
        width,
        height: foot + 60.0,
    };
    let unit = chart.unit.max(1);
    let axis = html! {
        @for tick in scale.ticks() {
            text.end x=(START - 8.0) y=(short(scale.y(tick) + 4.0)) {
                ((chart.tick)(speech, tick / unit))
            }
        }
    };
    let plot = html! {
        (hatching(&hatch))
        text.axis-title aria-hidden="true" x="0" y="24" { (chart.value_title) }
        @for tick in scale.ticks() {
            line.grid.zero[tick == 0] x1="0" x2=(short(width))
                y1=(short(scale.y(tick))) y2=(short(scale.y(tick))) {}
        }
        (labels(shown, slot))
        text.x-title.middle aria-hidden="true" x=(short(width / 2.0)) y=(foot + 54.0) {
            (chart.bars_title)
        }
        @for (place, bar) in shown.iter().enumerate() {
            (draw_bar(&scale, bar, (place as f64 * slot, slot, width), &hatch))
        }
    };
    frame.draw(&axis, &plot)
}

/// What the bars are and how many each is about, as far as there is room.
fn labels(bars: &[Bar], slot: f64) -> Markup {
    let each = (LABEL_WIDTH / slot).ceil().max(1.0) as usize;
    let foot = TOP + PLOT_HEIGHT;
    html! {
        @for (place, bar) in bars.iter().enumerate().step_by(each) {
            @let middle = short((place as f64 + 0.5) * slot);
            text.middle aria-hidden="true" x=(middle) y=(foot + 18.0) { (bar.label) }
            text.sample-size.middle aria-hidden="true" x=(middle) y=(foot + 34.0) { (bar.sample) }
        }
    }
}

fn draw_bar(scale: &Scale, bar: &Bar, (left, slot, all): (f64, f64, f64), hatch: &str) -> Markup {
    let width = (slot * 0.62).min(BAR_WIDTH_MAX);
    let middle = left + slot / 2.0;
    let (top, end) = (scale.y(bar.value.max(0)), scale.y(bar.value.min(0)));
    let (lowest, highest) = bar.ends();
    let text_y = match bar.value {
        ..0 => scale.y(lowest) + 15.0,
        _ => scale.y(highest) - 6.0,
    };
    let shape = |class: &str, fill: Option<String>| {
        html! {
            rect class=(class) x=(short(middle - width / 2.0)) y=(short(top)) width=(short(width))
                height=(short((end - top).max(0.6))) fill=[fill] {}
        }
    };
    let content = html! {
        rect.reach x=(short(left)) y=(short(TOP)) width=(short(slot)) height=(PLOT_HEIGHT) {}
        (shape("part bar", None))
        @if bar.is_unfinished { (shape("unfinished", Some(format!("url(#{hatch})")))) }
        @if let Some((low, high)) = bar.interval {
            @let cap = (width / 4.0).min(7.0);
            path.whisker d={
                "M" (short(middle - cap)) " " (short(scale.y(low))) "h" (short(cap * 2.0))
                "M" (short(middle)) " " (short(scale.y(low))) "V" (short(scale.y(high)))
                "M" (short(middle - cap)) " " (short(scale.y(high))) "h" (short(cap * 2.0))
            } {}
        }
        @if width_of(&bar.text) <= slot {
            text.value.middle x=(short(middle)) y=(short(text_y)) { (bar.text) }
        }
        (readout(&bar.readout, middle, all))
    };
    mark("bar-mark", &bar.readout, bar.href.as_deref(), &content)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;
    use crate::i18n::speech_for;

    fn bar(value: i64, interval: Option<(i64, i64)>) -> Bar {
        Bar {
            label: "1st".to_owned(),
            sample: "n 12".to_owned(),
            value,
            interval,
            text: value.to_string(),
            readout: format!("reads {value}"),
            href: None,
            is_unfinished: false,
        }
    }

    fn draw(bars_shown: Vec<Bar>, unit: i64) -> String {
        let chart = Bars {
            id: "test",
            label: "Profit".to_owned(),
            size: Size::Wide,
            value_title: "GBP a customer".to_owned(),
            bars_title: "year of the relationship".to_owned(),
            bars: bars_shown,
            tick: Speech::number,
            unit,
        };
        bars(speech_for(&HeaderMap::new()), &chart).into_string()
    }

    #[test]
    fn bars_stand_on_zero_or_hang_from_it_and_show_their_intervals() {
        let drawn = draw(vec![bar(40, Some((20, 60))), bar(-20, None)], 1);
        // The scale runs from −20 to 60 in steps of 20 over 178 units from 56 on.
        assert!(
            drawn.contains(r#"<rect class="part bar" x="192.5" y="100.5" width="64" height="89""#),
            "{drawn}"
        );
        assert!(
            drawn
                .contains(r#"<rect class="part bar" x="641.5" y="189.5" width="64" height="44.5""#),
            "{drawn}"
        );
        assert!(
            drawn.contains(r#"d="M217.5 145h14M224.5 145V56M217.5 56h14""#),
            "{drawn}"
        );
        assert_eq!(drawn.matches("whisker").count(), 1, "{drawn}");
        assert!(
            drawn.contains("−20</text>"),
            "the axis keeps its sign: {drawn}"
        );
        assert!(drawn.contains("n 12"), "{drawn}");
    }

    #[test]
    fn what_is_not_over_is_hatched() {
        let mut open = bar(5, None);
        open.is_unfinished = true;
        let drawn = draw(vec![bar(5, None), open], 1);
        assert_eq!(drawn.matches("url(#test-hatch)").count(), 1, "{drawn}");
    }

    #[test]
    fn nothing_one_and_extremes_are_no_accident() {
        assert!(draw(Vec::new(), 100).contains("<svg"));
        assert!(draw(vec![bar(0, Some((0, 0)))], 0).contains("part bar"));
        let drawn = draw(
            vec![
                bar(i64::MIN, Some((i64::MIN, i64::MAX))),
                bar(i64::MAX, Some((i64::MAX, i64::MIN))),
            ],
            100,
        );
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        let many = (0..500).map(|value| bar(value, None)).collect();
        assert_eq!(draw(many, 1).matches("bar-mark").count(), BARS_MAX);
    }
}
