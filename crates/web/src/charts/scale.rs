//! Where whole values lie on a plot, and the round steps of its axis.

/// Values beyond this are drawn at it: nothing that a shop counts comes near, and sums stay whole.
const FARTHEST: i64 = i64::MAX / 8;

/// Where values lie on the plot.
pub(super) struct Scale {
    pub(super) lowest: i64,
    pub(super) highest: i64,
    step: i64,
    /// Where the plot begins, and how high it is.
    top: f64,
    height: f64,
}

impl Scale {
    /// A scale that holds so much below zero and so much above it, in steps of whole `unit`s.
    pub(super) fn of((below, above): (i64, i64), unit: i64, (top, height): (f64, f64)) -> Self {
        let unit = unit.clamp(1, FARTHEST / 100);
        let (below, above) = (below.clamp(0, FARTHEST), above.clamp(0, FARTHEST));
        let step = round_step((above + below) / unit).saturating_mul(unit);
        let up = |value: i64| (value + step - 1) / step * step;
        Self {
            lowest: -up(below),
            highest: up(above).max(if below == 0 { step } else { 0 }),
            step,
            top,
            height,
        }
    }

    pub(super) fn y(&self, value: i64) -> f64 {
        let span = (self.highest - self.lowest) as f64;
        let value = value.clamp(self.lowest, self.highest);
        self.top + (self.highest - value) as f64 / span * self.height
    }

    pub(super) fn ticks(&self) -> impl Iterator<Item = i64> {
        let (step, highest) = (self.step, self.highest);
        (0..)
            .map(move |place| self.lowest + place * step)
            .take_while(move |tick| *tick <= highest)
    }
}

/// A step of 1, 2 or 5 times a power of ten that divides a span into about five.
fn round_step(span: i64) -> i64 {
    let rough = (span / 5).max(1);
    let mut power = 1;
    while power <= rough / 10 {
        power *= 10;
    }
    [1, 2, 5, 10]
        .map(|factor| factor * power)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(1)
}

/// Rounds to tenths, so that the page is short and the same on every machine.
pub(super) fn short(number: f64) -> String {
    let text = format!("{number:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0" } else { text }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for (span, step) in [
            (0, 1),
            (4, 1),
            (9, 1),
            (10, 2),
            (44, 10),
            (1_700, 500),
            (9_999, 2_000),
        ] {
            assert_eq!(round_step(span), step, "{span}");
        }
    }

    #[test]
    fn a_scale_holds_what_it_shows_and_no_more_ticks_than_can_be_read() {
        for (below, above, unit) in [
            (0, 0, 1),
            (0, 1, 100),
            (7, 0, 1),
            (3, 5, 1),
            (0, i64::MAX, 1),
            (i64::MAX, i64::MAX, i64::MAX),
            (-5, -5, -5),
        ] {
            let scale = Scale::of((below, above), unit, (0.0, 100.0));
            let ticks = scale.ticks().count();
            assert!((2..=12).contains(&ticks), "{below} {above}: {ticks} ticks");
            for value in [below.saturating_neg(), 0, above] {
                let y = scale.y(value);
                assert!((0.0..=100.0).contains(&y), "{value} lies at {y}");
            }
        }
    }

    #[test]
    fn numbers_are_short() {
        for (number, text) in [(0.04, "0"), (-0.04, "0"), (12.25, "12.2"), (-3.0, "-3")] {
            assert_eq!(short(number), text);
        }
    }
}
