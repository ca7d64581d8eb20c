//! Lines over a number: curves of survival with their bands, and shares against equal shares.

use maud::{Markup, html};

use super::{Frame, LETTER, START, Size, TOP, mark, readout, short};

mod line;

use line::{Drawn, drawn};
pub(crate) use line::{Line, Point, Series};

const PLOT_HEIGHT: f64 = 210.0;
/// More lines cannot be told apart by their dashes.
const SERIES_MAX: usize = 3;
/// More samples than this cannot be pointed at; every second (third, …) one is drawn then.
const SAMPLES_MAX: usize = 120;
const NOTES_MAX: usize = 6;
/// Names at the ends of lines stand at least so far from each other.
const NAME_HEIGHT: f64 = 14.0;

/// Lines over a number, with what is worth saying about them.
pub(crate) struct Curve {
    /// Its name among what the page hands out as files.
    pub(crate) id: &'static str,
    /// What a screen reader hears first.
    pub(crate) label: String,
    pub(crate) size: Size,
    pub(crate) x: Axis,
    pub(crate) y: Axis,
    /// At most three: solid, dashed, dotted. The first one is the one that notes are about.
    pub(crate) series: Vec<Series>,
    /// A stretch of the x axis that matters, as "the window".
    pub(crate) region: Option<Region>,
    /// The name of the straight line from the lower left to the upper right corner, as "equal
    /// shares"; what lies between it and the first line is tinted then.
    pub(crate) diagonal: Option<String>,
    /// Points worth a word, in amber; at most six.
    pub(crate) notes: Vec<Note>,
    /// Where values are read out on hover and focus, in the order of x.
    pub(crate) samples: Vec<Sample>,
}

/// From where to where an axis runs, and what is written on it.
pub(crate) struct Axis {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) ticks: Vec<(f64, String)>,
    /// What is counted on it; empty for nothing.
    pub(crate) title: String,
}

/// A stretch of the x axis.
pub(crate) struct Region {
    pub(crate) from: f64,
    pub(crate) to: f64,
    pub(crate) label: String,
}

/// A point with its words.
pub(crate) struct Note {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) label: String,
    pub(crate) href: Option<String>,
}

/// A place on the x axis that reads its values out.
pub(crate) struct Sample {
    pub(crate) x: f64,
    pub(crate) readout: String,
    pub(crate) href: Option<String>,
}

impl Axis {
    fn share(&self, value: f64) -> f64 {
        let span = self.high - self.low;
        if span.is_finite() && span > 0.0 && value.is_finite() {
            ((value - self.low) / span).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }
}

/// From values to places.
struct Plane<'a> {
    x: &'a Axis,
    y: &'a Axis,
    /// The inner width of the drawing, and how much of it the lines have.
    width: f64,
    plot: f64,
}

impl<'a> Plane<'a> {
    fn of(chart: &'a Curve) -> Self {
        let width = chart.size.width() - START;
        let letters = chart.series.iter().take(SERIES_MAX);
        let letters = letters.map(|series| series.name.chars().count()).max();
        let margin = match letters.unwrap_or(0) {
            // The last tick and the last dot reach a little over the end.
            0 => 20.0,
            letters => (letters as f64 * LETTER + 10.0).min(width / 3.0),
        };
        Self {
            x: &chart.x,
            y: &chart.y,
            width,
            plot: width - margin,
        }
    }

    fn at_x(&self, value: f64) -> f64 {
        self.x.share(value) * self.plot
    }

    fn at_y(&self, value: f64) -> f64 {
        TOP + (1.0 - self.y.share(value)) * PLOT_HEIGHT
    }
}

/// Draws the lines. Points and samples that are no numbers or lie outside the x axis are left
/// out; what lies above or below the y axis is drawn at its end.
pub(crate) fn curve(chart: &Curve) -> Markup {
    let plane = Plane::of(chart);
    let lines: Vec<_> = chart.series.iter().take(SERIES_MAX).collect();
    let lines: Vec<_> = lines.iter().map(|series| drawn(&plane, series)).collect();
    let title = if chart.x.title.is_empty() { 0.0 } else { 18.0 };
    let frame = Frame {
        class: format!("curve {}", chart.size.class()),
        id: chart.id,
        label: &chart.label,
        start: START,
        width: plane.width,
        height: TOP + PLOT_HEIGHT + 28.0 + title,
    };
    let scale = html! {
        @for (value, label) in ticks(&chart.y) {
            text.end x=(START - 8.0) y=(short(plane.at_y(*value) + 4.0)) { (label) }
        }
    };
    let plot = html! {
        (background(chart, &plane))
        (diagonal(chart, &plane, lines.first()))
        @for (place, line) in lines.iter().enumerate() {
            @if !line.band.is_empty() { path class={ "band s" (place) } d=(line.band) {} }
        }
        @for (place, line) in lines.iter().enumerate() {
            @if !line.path.is_empty() { path class={ "line s" (place) } d=(line.path) {} }
        }
        (names(chart, &plane, &lines))
        (samples(chart, &plane, &lines))
        (notes(chart, &plane))
    };
    frame.draw(&scale, &plot)
}

fn ticks(axis: &Axis) -> impl Iterator<Item = &(f64, String)> {
    axis.ticks
        .iter()
        .filter(|(value, _)| axis.holds(*value))
        .take(24)
}

/// The region, the lines of the grid, the x axis and the titles.
fn background(chart: &Curve, plane: &Plane<'_>) -> Markup {
    let foot = TOP + PLOT_HEIGHT;
    html! {
        @if let Some(region) = &chart.region {
            @let (from, to) = (plane.at_x(region.from), plane.at_x(region.to.max(region.from)));
            rect.region x=(short(from)) y=(short(TOP)) width=(short(to - from))
                height=(short(PLOT_HEIGHT)) {}
            path.region-edge d={
                "M" (short(from)) " " (TOP) "V" (foot) "M" (short(to)) " " (TOP) "V" (foot)
            } {}
            // Where the line is not: it rises from the foot, or falls to it.
            @let is_rising = chart.series.first().is_some_and(Series::is_rising);
            @let x = if is_rising { to - 6.0 } else { from + 6.0 };
            text.region-label.end[is_rising] x=(short(x)) y=(short(foot - 8.0)) {
                (region.label)
            }
        }
        @for (value, _) in ticks(&chart.y) {
            line.grid.zero[*value == chart.y.low] x1="0" x2=(short(plane.plot))
                y1=(short(plane.at_y(*value))) y2=(short(plane.at_y(*value))) {}
        }
        @for (value, label) in ticks(&chart.x) {
            @let x = short(plane.at_x(*value));
            line.grid x1=(x) x2=(x) y1=(foot) y2=(foot + 5.0) {}
            text.middle[*value > chart.x.low] aria-hidden="true" x=(x) y=(foot + 20.0) { (label) }
        }
        text.axis-title aria-hidden="true" x="0" y="24" { (chart.y.title) }
        @if !chart.x.title.is_empty() {
            text.x-title.middle aria-hidden="true" x=(short(plane.plot / 2.0)) y=(foot + 38.0) {
                (chart.x.title)
            }
        }
    }
}

/// The line of equal shares, and the tint between it and the first line.
fn diagonal(chart: &Curve, plane: &Plane<'_>, first: Option<&Drawn>) -> Markup {
    let foot = TOP + PLOT_HEIGHT;
    let slope = (PLOT_HEIGHT / plane.plot).atan().to_degrees();
    let (x, y) = (plane.plot * 0.3, foot - PLOT_HEIGHT * 0.3 - 7.0);
    html! {
        @if let Some(name) = &chart.diagonal {
            @if let Some(line) = first.filter(|line| !line.path.is_empty()) {
                path.between d=(line.path) {}
            }
            line.diagonal x1="0" y1=(foot) x2=(short(plane.plot)) y2=(TOP) {}
            text.middle x=(short(x)) y=(short(y))
                transform=(format!("rotate({} {} {})", short(-slope), short(x), short(y))) {
                (name)
            }
        }
    }
}

/// The names of the lines, beside their ends and apart from each other.
fn names(chart: &Curve, plane: &Plane<'_>, lines: &[Drawn]) -> Markup {
    let mut ends: Vec<_> = chart
        .series
        .iter()
        .zip(lines)
        .enumerate()
        .filter_map(|(place, (series, line))| Some((place, &series.name, line.end()?.1)))
        .collect();
    ends.sort_by(|left, right| left.2.total_cmp(&right.2));
    let mut free = f64::MIN;
    for end in &mut ends {
        end.2 = (end.2 + 4.0).max(free);
        free = end.2 + NAME_HEIGHT;
    }
    // What was pushed over the foot pushes the others up again.
    let mut most = TOP + PLOT_HEIGHT;
    for end in ends.iter_mut().rev() {
        end.2 = end.2.min(most);
        most = end.2 - NAME_HEIGHT;
    }
    html! {
        @for (place, name, y) in ends {
            text class={ "name s" (place) } x=(short(plane.plot + 8.0)) y=(short(y)) { (name) }
        }
    }
}

fn samples(chart: &Curve, plane: &Plane<'_>, lines: &[Drawn]) -> Markup {
    let each = chart.samples.len().div_ceil(SAMPLES_MAX).max(1);
    let samples: Vec<_> = chart
        .samples
        .iter()
        .filter(|sample| chart.x.holds(sample.x))
        .step_by(each)
        .collect();
    let at: Vec<_> = samples.iter().map(|sample| plane.at_x(sample.x)).collect();
    html! {
        @for (place, sample) in samples.iter().enumerate() {
            // Each answers for its surroundings, up to halfway to its neighbours.
            @let from = match place { 0 => 0.0, _ => f64::midpoint(at[place - 1], at[place]) };
            @let to = match at.get(place + 1) {
                Some(next) => f64::midpoint(at[place], *next),
                None => plane.plot,
            };
            (mark("sample", &sample.readout, sample.href.as_deref(), &html! {
                rect.reach x=(short(from)) y=(short(TOP)) width=(short((to - from).max(1.0)))
                    height=(short(PLOT_HEIGHT)) {}
                line.hair x1=(short(at[place])) x2=(short(at[place])) y1=(short(TOP))
                    y2=(short(TOP + PLOT_HEIGHT)) {}
                @for (series, line) in lines.iter().enumerate() {
                    @if let Some(y) = line.at(at[place]) {
                        circle class={ "dot s" (series) } cx=(short(at[place])) cy=(short(y))
                            r="3.5" {}
                    }
                }
                (readout(&sample.readout, at[place], plane.width))
            }))
        }
    }
}

fn notes(chart: &Curve, plane: &Plane<'_>) -> Markup {
    let held = |note: &&Note| chart.x.holds(note.x) && note.y.is_finite();
    let is_rising = chart.series.first().is_some_and(Series::is_rising);
    html! {
        @for note in chart.notes.iter().filter(held).take(NOTES_MAX) {
            @let (x, y) = (plane.at_x(note.x), plane.at_y(note.y));
            @let (is_end, dx, dy) = beside(is_rising, x / plane.plot);
            @let line = (y + dy).clamp(TOP + 10.0, TOP + PLOT_HEIGHT);
            @let class = if note.href.is_some() { "note door" } else { "note" };
            @let content = html! {
                circle.pin cx=(short(x)) cy=(short(y)) r="4.5" {}
                text.end[is_end] x=(short(x + dx)) y=(short(line)) {
                    (note.label)
                }
            };
            @match &note.href {
                Some(href) => (mark(class, &note.label, Some(href), &content)),
                None => g class=(class) { (content) },
            }
        }
    }
}

/// Where a note's words find the paper free: above a line that falls on their right, and beside
/// one that rises on the side with more room.
fn beside(is_rising: bool, share: f64) -> (bool, f64, f64) {
    match (is_rising, share) {
        (false, ..0.55) => (false, 9.0, -8.0),
        (false, _) => (true, -9.0, 20.0),
        (true, 0.45..) => (true, -10.0, -6.0),
        (true, _) => (false, 9.0, 18.0),
    }
}

#[cfg(test)]
mod tests;
