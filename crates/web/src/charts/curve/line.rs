//! One line of a curve: what of its points is drawn, and the paths that draw it.

use std::fmt::Write as _;

use super::Plane;
use super::short;

/// How many stretches of the x axis are told apart: about one for two or three units.
const STRETCHES: usize = 150;

/// One line.
pub(crate) struct Series {
    /// Written at its end; short, and empty where there is only one.
    pub(crate) name: String,
    pub(crate) line: Line,
    /// In the order of x. What cannot be seen at this size is not drawn.
    pub(crate) points: Vec<Point>,
}

/// How points are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Line {
    /// A value holds until the next point, as in a curve of survival.
    Steps,
    Straight,
}

/// One point.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// The lower and the upper end of its interval.
    pub(crate) band: Option<(f64, f64)>,
}

impl Series {
    /// Whether it ends higher than it begins.
    pub(super) fn is_rising(&self) -> bool {
        let mut finite = self.points.iter().filter(|point| point.y.is_finite());
        let first = finite.next().map(|point| point.y);
        first < finite.next_back().map(|point| point.y)
    }
}

/// A line in units of the view box.
pub(super) struct Drawn {
    line: Line,
    places: Vec<Place>,
    /// The line and its band as paths; empty where there is nothing to draw.
    pub(super) path: String,
    pub(super) band: String,
}

#[derive(Clone, Copy)]
struct Place {
    x: f64,
    y: f64,
    /// The lower and the upper end of the band.
    band: Option<(f64, f64)>,
}

impl Drawn {
    /// Where the line ends.
    pub(super) fn end(&self) -> Option<(f64, f64)> {
        self.places.last().map(|place| (place.x, place.y))
    }

    /// How high the line is at a place on the x axis; nothing where there is no line.
    pub(super) fn at(&self, x: f64) -> Option<f64> {
        let after = self.places.partition_point(|place| place.x <= x);
        let before = self.places.get(after.checked_sub(1)?)?;
        match (self.line, self.places.get(after)) {
            (Line::Steps, Some(_)) => Some(before.y),
            (Line::Straight, Some(next)) => {
                let share = (x - before.x) / (next.x - before.x);
                Some(before.y + share * (next.y - before.y))
            }
            (_, None) => (x - before.x < 0.5).then_some(before.y),
        }
    }
}

/// Places the points of a line and draws its paths.
pub(super) fn drawn(plane: &Plane<'_>, series: &Series) -> Drawn {
    let mut places: Vec<_> = series
        .points
        .iter()
        .filter(|point| plane.x.holds(point.x) && point.y.is_finite())
        .map(|point| Place {
            x: plane.at_x(point.x),
            y: plane.at_y(point.y),
            band: point
                .band
                .filter(|(low, high)| low.is_finite() && high.is_finite())
                .map(|(low, high)| (plane.at_y(low), plane.at_y(high))),
        })
        .collect();
    places.sort_by(|left, right| left.x.total_cmp(&right.x));
    let places = thinned(&places, plane.plot / STRETCHES as f64);
    Drawn {
        line: series.line,
        path: path_of(series.line, &places),
        band: band_of(series.line, &places),
        places,
    }
}

/// Of each stretch the first, the last, the highest and the lowest point: what an eye sees of it.
fn thinned(places: &[Place], stretch: f64) -> Vec<Place> {
    let part = |place: &Place| (place.x / stretch) as usize;
    let mut kept = Vec::new();
    for chunk in places.chunk_by(|left, right| part(left) == part(right)) {
        let by_height = |left: &usize, right: &usize| chunk[*left].y.total_cmp(&chunk[*right].y);
        let mut seen = [
            Some(0),
            (0..chunk.len()).min_by(by_height),
            (0..chunk.len()).max_by(by_height),
            chunk.len().checked_sub(1),
        ];
        seen.sort_unstable();
        let mut last = None;
        for place in seen.into_iter().flatten() {
            if last != Some(place) {
                kept.push(chunk[place]);
            }
            last = Some(place);
        }
    }
    kept
}

fn path_of(line: Line, places: &[Place]) -> String {
    let mut path = String::new();
    for (place, here) in places.iter().enumerate() {
        let (x, y) = (short(here.x), short(here.y));
        // Writing to a string cannot fail.
        let _ = match (place, line) {
            (0, _) => write!(path, "M{x} {y}"),
            (_, Line::Straight) => write!(path, "L{x} {y}"),
            (_, Line::Steps) => write!(path, "H{x}V{y}"),
        };
    }
    path
}

/// The band goes along its upper end and comes back along its lower one.
fn band_of(line: Line, places: &[Place]) -> String {
    let ends: Vec<_> = places
        .iter()
        .filter_map(|place| Some((place.x, place.band?)))
        .collect();
    let mut path = String::new();
    if ends.len() < 2 {
        return path;
    }
    for (place, (x, (_, upper))) in ends.iter().enumerate() {
        let (x, y) = (short(*x), short(*upper));
        let _ = match (place, line) {
            (0, _) => write!(path, "M{x} {y}"),
            (_, Line::Straight) => write!(path, "L{x} {y}"),
            (_, Line::Steps) => write!(path, "H{x}V{y}"),
        };
    }
    for (place, (x, (lower, _))) in ends.iter().enumerate().rev() {
        let (x, y) = (short(*x), short(*lower));
        let is_first = place == ends.len() - 1;
        let _ = match line {
            _ if is_first => write!(path, "L{x} {y}"),
            Line::Straight => write!(path, "L{x} {y}"),
            Line::Steps => write!(path, "V{y}H{x}"),
        };
    }
    path.push('Z');
    path
}
