//! Cells in rows and columns, tinted by how much: cohorts by month, or a grid of two scores.

use maud::{Markup, html};

use super::{Frame, Size, TOP, hatching, mark, readout, short, widest, width_of};

/// More rows or columns than this are not drawn; three years of months are 37.
const LINES_MAX: usize = 48;
/// The width of the labels of rows.
const START: f64 = 96.0;
/// The heads of columns stand here, and the cells below them.
const HEADS: f64 = TOP + 14.0;
const CELLS: f64 = TOP + 22.0;
/// How high a row is, with one line of text and with two.
const ROW: f64 = 27.0;
const TALL_ROW: f64 = 46.0;
/// The width of the bold first column.
const SIZES: f64 = 48.0;
/// A cell that is wider looks like a bar.
const CELL_WIDTH_MAX: f64 = 96.0;
/// The paper between cells.
const GAP: f64 = 2.0;
/// As many tints as an eye tells apart; the style sheet has a class for each.
const TINTS: f64 = 10.0;

/// Rows of cells.
pub(crate) struct HeatMap {
    /// Tells this chart's patterns from those of others on the page.
    pub(crate) id: &'static str,
    /// What a screen reader hears first.
    pub(crate) label: String,
    pub(crate) size: Size,
    pub(crate) runs: Runs,
    /// What the rows are, written above their labels; about 13 letters.
    pub(crate) rows_title: String,
    /// What the columns are, written above them while no cell is pointed at.
    pub(crate) columns_title: String,
    /// The head of the bold first column; empty where rows have no size.
    pub(crate) size_title: String,
    /// The heads of the columns.
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<HeatRow>,
    /// What a hatched cell is, in a word, for the table.
    pub(crate) unfinished: String,
    /// What the second figure of a cell is; empty where it has one.
    pub(crate) second: String,
}

/// Which way the columns run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Runs {
    /// From left to right in every language.
    Time,
    /// As the page is read, from the right where `is_rtl`.
    Reading { is_rtl: bool },
}

/// One row.
pub(crate) struct HeatRow {
    /// About 13 letters.
    pub(crate) label: String,
    /// The same for programs, where that is something else.
    pub(crate) value: Option<String>,
    /// How many the row is about, in the bold first column; empty for none.
    pub(crate) size: String,
    /// The same as plain digits.
    pub(crate) size_value: u64,
    /// From the first column on; where nothing can be known there is no cell.
    pub(crate) cells: Vec<Option<Cell>>,
}

/// One cell.
pub(crate) struct Cell {
    /// How strong its tint is: from 0 to 1. What is no number has none.
    pub(crate) tint: f64,
    /// Its figures for programs; with `|` between them where there are several.
    pub(crate) value: String,
    /// What stands in it; about six letters.
    pub(crate) text: String,
    /// A second, smaller line; empty for none.
    pub(crate) note: String,
    /// Everything it says, shown above the plot on hover and focus.
    pub(crate) readout: String,
    pub(crate) href: Option<String>,
    /// Not over yet, and will still change: hatched.
    pub(crate) is_unfinished: bool,
}

/// Where everything lies, and what there is room for.
struct Places {
    width: f64,
    /// The width of the bold first column; zero where rows have no size.
    sizes: f64,
    /// The width of a column.
    slot: f64,
    row: f64,
    is_mirrored: bool,
    /// Words stand in all cells or in none: a few among many would look as if they meant more.
    has_texts: bool,
    has_notes: bool,
}

impl Places {
    fn of(chart: &HeatMap) -> Self {
        let width = chart.size.width() - START;
        let sizes = if chart.size_title.is_empty() {
            0.0
        } else {
            SIZES
        };
        let columns = chart.columns.len().clamp(1, LINES_MAX) as f64;
        let slot = ((width - sizes) / columns).min(CELL_WIDTH_MAX);
        let cells = || chart.rows.iter().flat_map(|row| row.cells.iter().flatten());
        let fits = |text: &str| width_of(text) <= slot;
        let has_notes = cells().any(|cell| !cell.note.is_empty());
        Self {
            width,
            sizes,
            slot,
            row: if has_notes { TALL_ROW } else { ROW },
            is_mirrored: chart.runs == Runs::Reading { is_rtl: true },
            has_texts: cells().all(|cell| fits(&cell.text)),
            has_notes: has_notes && cells().all(|cell| fits(&cell.note)),
        }
    }

    /// The left edge of something that lies so far from where the columns begin.
    fn x(&self, from_start: f64, width: f64) -> f64 {
        if self.is_mirrored {
            self.width - from_start - width
        } else {
            from_start
        }
    }

    /// The left edge of a column.
    fn left(&self, column: usize) -> f64 {
        self.x(self.sizes + column as f64 * self.slot, self.slot)
    }

    fn middle(&self, column: usize) -> f64 {
        self.left(column) + self.slot / 2.0
    }

    fn middle_of_sizes(&self) -> f64 {
        self.x(0.0, self.sizes) + self.sizes / 2.0
    }

    fn y(&self, row: usize) -> f64 {
        CELLS + row as f64 * self.row
    }

    /// Where a line of text stands that is alone in a row.
    fn baseline(&self, row: usize) -> f64 {
        self.y(row) + self.row / 2.0 + 4.0
    }
}

/// Draws the cells. A longer map shows its first 48 rows and columns.
pub(crate) fn heat_map(chart: &HeatMap) -> Markup {
    let places = Places::of(chart);
    let hatch = format!("{}-hatch", chart.id);
    let rows = chart.rows.len().min(LINES_MAX);
    let mirrored = if places.is_mirrored { " mirrored" } else { "" };
    let frame = Frame {
        class: format!("heat {}{mirrored}", chart.size.class()),
        id: chart.id,
        label: &chart.label,
        start: START,
        width: places.width,
        height: places.y(rows) + 2.0,
    };
    let plot = html! {
        (hatching(&hatch))
        (heads(chart, &places))
        @for (place, row) in chart.rows.iter().enumerate().take(LINES_MAX) {
            (draw_row(&places, place, row, &hatch))
        }
    };
    frame.draw(&row_labels(chart, &places), &plot)
}

fn row_labels(chart: &HeatMap, places: &Places) -> Markup {
    let is_end = !places.is_mirrored;
    let x = if is_end { START - 10.0 } else { 10.0 };
    html! {
        text.head.end[is_end] x=(x) y=(HEADS) { (chart.rows_title) }
        @for (place, row) in chart.rows.iter().enumerate().take(LINES_MAX) {
            text.end[is_end] x=(x) y=(short(places.baseline(place))) { (row.label) }
        }
    }
}

fn heads(chart: &HeatMap, places: &Places) -> Markup {
    let columns = &chart.columns[..chart.columns.len().min(LINES_MAX)];
    let wide = widest(columns.iter().map(String::as_str));
    let each = (wide / places.slot).ceil().max(1.0) as usize;
    let edge = if places.is_mirrored {
        places.width
    } else {
        0.0
    };
    html! {
        text.axis-title.end[places.is_mirrored] aria-hidden="true" x=(short(edge)) y="24" {
            (chart.columns_title)
        }
        text.head.middle aria-hidden="true" x=(short(places.middle_of_sizes())) y=(HEADS) {
            (chart.size_title)
        }
        @for (place, column) in columns.iter().enumerate().step_by(each) {
            text.head.middle aria-hidden="true" y=(HEADS)
                x=(short(places.middle(place))) { (column) }
        }
    }
}

fn draw_row(places: &Places, place: usize, row: &HeatRow, hatch: &str) -> Markup {
    html! {
        g.row role="group" aria-label=(row.label) {
            text.size.middle x=(short(places.middle_of_sizes()))
                y=(short(places.baseline(place))) { (row.size) }
            @for (column, cell) in row.cells.iter().enumerate().take(LINES_MAX) {
                @if let Some(cell) = cell {
                    (draw_cell(places, (place, column), cell, hatch))
                }
            }
        }
    }
}

fn draw_cell(places: &Places, (row, column): (usize, usize), cell: &Cell, hatch: &str) -> Markup {
    let (x, y) = (places.left(column) + GAP / 2.0, places.y(row) + GAP / 2.0);
    let (width, height) = (places.slot - GAP, places.row - GAP);
    let at = places.middle(column);
    let line = places.baseline(row);
    let lift = if places.has_notes { 8.0 } else { 0.0 };
    let tint = tint(cell.tint).map_or("none".to_owned(), |tint| format!("t{tint}"));
    let shape = |class: &str, fill: Option<String>| {
        html! {
            rect class=(class) x=(short(x)) y=(short(y)) width=(short(width))
                height=(short(height)) fill=[fill] {}
        }
    };
    let content = html! {
        (shape(&format!("tint {tint}"), None))
        @if cell.is_unfinished {
            (shape("unfinished", Some(format!("url(#{hatch})"))))
        }
        @if places.has_texts {
            text.value.middle x=(short(at)) y=(short(line - lift)) { (cell.text) }
        }
        (readout(&cell.readout, at, places.width))
    };
    let class = if cell.is_unfinished {
        "cell open"
    } else {
        "cell"
    };
    // The second line stands beside the mark and not in it: what is seen in a link has to be a part
    // of its name as it stands, for those who speak to their screen.
    html! {
        (mark(class, &cell.readout, cell.href.as_deref(), &content))
        @if places.has_notes {
            text.note.middle aria-hidden="true" x=(short(at)) y=(short(line + 9.0)) { (cell.note) }
        }
    }
}

/// Which of the tints shows a value.
fn tint(value: f64) -> Option<u8> {
    value
        .is_finite()
        .then(|| (value.clamp(0.0, 1.0) * TINTS).min(TINTS - 1.0) as u8)
}

/// The same cells as a table, for screen readers and for copying.
pub(crate) fn heat_table(chart: &HeatMap, caption: &str) -> Markup {
    let has_sizes = !chart.size_title.is_empty();
    let columns = chart.columns.len().min(LINES_MAX);
    html! {
        div.wide tabindex="0" {
            table data-export=(chart.id) {
                caption { (caption) }
                thead {
                    tr {
                        th scope="col" { (chart.rows_title) }
                        @if has_sizes { th.n scope="col" { (chart.size_title) } }
                        @for column in &chart.columns[..columns] {
                            th.n scope="col" data-more=[second(chart, column)] { (column) }
                        }
                    }
                }
                tbody {
                    @for row in chart.rows.iter().take(LINES_MAX) {
                        tr {
                            th scope="row" data-value=[&row.value] { (row.label) }
                            @if has_sizes { td.n data-value=(row.size_value) { (row.size) } }
                            @for place in 0..columns {
                                (table_cell(chart, row.cells.get(place)))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn table_cell(chart: &HeatMap, cell: Option<&Option<Cell>>) -> Markup {
    let Some(Some(cell)) = cell else {
        // As many columns as where there is one.
        return html! { td.n data-more=[(!chart.second.is_empty()).then_some("")] {} };
    };
    let (value, more) = match cell.value.split_once('|') {
        Some((value, more)) => (value, Some(more)),
        None => (cell.value.as_str(), None),
    };
    html! {
        td.n data-value=(value) data-more=[more] {
            @match &cell.href {
                Some(href) => a href=(href) { (cell.text) },
                None => (cell.text),
            }
            @if !cell.note.is_empty() { small { (cell.note) } }
            @if cell.is_unfinished { small { (chart.unfinished) } }
        }
    }
}

/// The head of the second column of files, where cells have two figures.
fn second(chart: &HeatMap, column: &str) -> Option<String> {
    (!chart.second.is_empty()).then(|| format!("{column}: {}", chart.second))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(tint: f64, text: &str) -> Option<Cell> {
        Some(Cell {
            tint,
            value: text.to_owned(),
            text: text.to_owned(),
            note: String::new(),
            readout: format!("reads {text}"),
            href: None,
            is_unfinished: false,
        })
    }

    fn map(columns: usize, rows: Vec<Vec<Option<Cell>>>) -> HeatMap {
        let row = |cells| HeatRow {
            label: "Mar 2011".to_owned(),
            value: None,
            size_value: 417,
            size: "417".to_owned(),
            cells,
        };
        HeatMap {
            id: "test",
            label: "Cohorts".to_owned(),
            size: Size::Wide,
            runs: Runs::Time,
            rows_title: "First order".to_owned(),
            columns_title: "Months since".to_owned(),
            size_title: "size".to_owned(),
            columns: (1..=columns).map(|number| number.to_string()).collect(),
            rows: rows.into_iter().map(row).collect(),
            unfinished: "not over".to_owned(),
            second: String::new(),
        }
    }

    #[test]
    fn cells_lie_in_rows_and_columns_and_the_sizes_before_them() {
        let rows = vec![
            vec![cell(0.37, "37 %"), cell(1.0, "99 %")],
            vec![cell(0.0, "0 %")],
        ];
        // Twelve columns share what the sizes leave of 864 units: 68 each.
        let drawn = heat_map(&map(12, rows)).into_string();
        for (class, x, y) in [("t3", 49, 63), ("t9", 117, 63), ("t0", 49, 90)] {
            let rect = format!(r#"<rect class="tint {class}" x="{x}" y="{y}" width="66""#);
            assert!(drawn.contains(&rect), "{rect} in {drawn}");
        }
        assert!(
            drawn.contains(r#"<text class="size middle" x="24" y="79.5">417"#),
            "{drawn}"
        );
        assert_eq!(drawn.matches("tint").count(), 3, "{drawn}");
    }

    #[test]
    fn what_is_read_from_the_right_lies_there_and_time_does_not() {
        let rows = || vec![vec![cell(0.5, "a"), cell(0.5, "b")]];
        let mut chart = map(12, rows());
        for (runs, first, second, class) in [
            (Runs::Time, 49, 117, "chart heat wide\""),
            (
                Runs::Reading { is_rtl: false },
                49,
                117,
                "chart heat wide\"",
            ),
            (
                Runs::Reading { is_rtl: true },
                749,
                681,
                "chart heat wide mirrored\"",
            ),
        ] {
            chart.runs = runs;
            let drawn = heat_map(&chart).into_string();
            assert!(drawn.contains(class), "{drawn}");
            let places: Vec<_> = drawn.match_indices("tint t5\" x=\"").collect();
            for (found, x) in places.iter().zip([first, second]) {
                let rest = &drawn[found.0 + found.1.len()..];
                assert!(rest.starts_with(&format!("{x}\"")), "{runs:?}: {rest}");
            }
        }
    }

    #[test]
    fn what_is_not_over_is_hatched_in_the_chart_and_named_in_the_table() {
        let mut open = cell(0.12, "12 %");
        open.as_mut().expect("a cell").is_unfinished = true;
        let chart = map(2, vec![vec![cell(0.3, "30 %"), open]]);
        let drawn = heat_map(&chart).into_string();
        assert_eq!(drawn.matches("url(#test-hatch)").count(), 1, "{drawn}");
        let table = heat_table(&chart, "Cohorts").into_string();
        assert!(
            table.contains("<td class=\"n\" data-value=\"12 %\">12 %<small>not over</small></td>"),
            "{table}"
        );
        assert_eq!(table.matches("not over").count(), 1, "{table}");
    }

    #[test]
    fn many_columns_keep_their_tints_and_lose_their_words() {
        let rows = (0..36)
            .map(|row| (row..36).map(|_| cell(0.4, "40 %")).collect())
            .collect();
        let drawn = heat_map(&map(36, rows)).into_string();
        assert_eq!(drawn.matches("class=\"tint t4\"").count(), 666);
        assert!(!drawn.contains("value"), "no room for words");
        assert!(drawn.len() < 250_000, "{} bytes", drawn.len());
    }

    #[test]
    fn what_is_no_number_has_no_tint_and_extremes_have_the_last_one() {
        let cells = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -3.0, 1e300];
        let cells = cells.map(|tint| cell(tint, "?")).into_iter().collect();
        let drawn = heat_map(&map(5, vec![cells])).into_string();
        assert!(!drawn.contains("NaN") && !drawn.contains("inf"), "{drawn}");
        assert_eq!(drawn.matches("tint none").count(), 3, "{drawn}");
        assert!(
            drawn.contains("tint t0") && drawn.contains("tint t9"),
            "{drawn}"
        );
    }

    #[test]
    fn nothing_and_too_much_are_no_accident() {
        assert!(heat_map(&map(0, Vec::new())).into_string().contains("<svg"));
        let rows = (0..200).map(|_| Vec::new()).collect();
        let drawn = heat_map(&map(200, rows)).into_string();
        assert_eq!(drawn.matches("<g class=\"row\"").count(), LINES_MAX);
    }
}
