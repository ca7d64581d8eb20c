//! Recency by frequency, by the published limits: each cell a list of customers.

use app::insight::{Grid, GridCell};
use maud::{Markup, html};

use super::Scene;
use crate::charts::{Cell, HeatMap, HeatRow, Runs, Size, heat_map, heat_table};
use crate::format::decimals_of;
use crate::i18n::Words;
use crate::pages::parts::{count, door, number, twin};

impl Scene<'_> {
    /// The grid, or the sentence that there is none yet.
    pub(super) fn grid(&self) -> Markup {
        let speech = self.speech;
        html! {
            section aria-labelledby="grid" {
                @match &self.value.grid {
                    Some(grid) => {
                        @let chart = self.grid_map(grid);
                        h2 #grid { (self.grid_title(grid)) }
                        p.how { (self.grid_how(grid)) }
                        figure { (heat_map(&chart)) }
                        (twin(speech, &heat_table(&chart, &speech.say("value-grid-caption"))))
                    },
                    None => {
                        h2 #grid { (speech.say("value-grid-none")) }
                        p.how { (speech.say("value-grid-none-how")) }
                    },
                }
            }
        }
    }

    /// What the best corner brings.
    fn grid_title(&self, grid: &Grid) -> String {
        let speech = self.speech;
        let best = grid
            .cells
            .iter()
            .find(|cell| (cell.recency, cell.frequency) == (5, 5));
        let (customers, share) = best.map_or((0, 0.0), |it| (it.customers, it.gross_share));
        let of_buyers = customers as f64 / self.value.buyers.max(1) as f64;
        let words = Words::new()
            .count("customers", count(customers))
            .text("part", speech.percent(of_buyers, 0))
            .text("share", speech.percent(share, 0));
        speech.say_with("value-grid-title", words)
    }

    fn grid_how(&self, grid: &Grid) -> String {
        let day = self.speech.day(grid.at, &self.settings.zone);
        let words = Words::new()
            .count("version", count(grid.version))
            .text("day", day)
            .count("buyers", count(self.value.buyers))
            .text("period", self.period.as_str());
        self.speech.say_with("value-grid-how", words)
    }

    fn grid_map(&self, grid: &Grid) -> HeatMap {
        let speech = self.speech;
        let deepest = grid
            .cells
            .iter()
            .map(|cell| cell.gross_share)
            .fold(0.0, f64::max);
        let columns = held(grid, |cell| cell.frequency);
        let rows = held(grid, |cell| cell.recency);
        let row = |recency: u8| {
            let cells = grid.cells.iter().filter(|cell| cell.recency == recency);
            let size: u64 = cells.clone().map(|cell| cell.customers).sum();
            HeatRow {
                label: self.recency_words(grid, recency),
                value: None,
                size: number(speech, size),
                size_value: size,
                cells: cells
                    .filter(|cell| columns.contains(&cell.frequency))
                    .map(|cell| Some(self.grid_cell(grid, cell, deepest)))
                    .collect(),
            }
        };
        HeatMap {
            id: "grid",
            label: speech.say("value-grid-caption"),
            size: Size::Wide,
            runs: Runs::Reading {
                is_rtl: speech.direction == "rtl",
            },
            rows_title: speech.say("value-grid-rows"),
            columns_title: speech.say("value-grid-columns"),
            size_title: speech.say("value-grid-size"),
            columns: columns
                .iter()
                .map(|band| self.frequency_words(grid, *band))
                .collect(),
            rows: rows.into_iter().rev().map(row).collect(),
            unfinished: String::new(),
            second: speech.say("value-contrast-share"),
        }
    }

    fn grid_cell(&self, grid: &Grid, cell: &GridCell, deepest: f64) -> Cell {
        let speech = self.speech;
        let share = speech.percent(cell.gross_share, decimals_of(self.value.buyers));
        let readout = Words::new()
            .count("customers", count(cell.customers))
            .text("share", share.as_str())
            .text("recency", self.recency_words(grid, cell.recency))
            .text("frequency", self.frequency_words(grid, cell.frequency))
            .text("currency", speech.unit(self.currency))
            .text("gross", speech.money_rounded(cell.gross, self.currency));
        Cell {
            tint: match deepest > 0.0 {
                true => cell.gross_share / deepest,
                false => f64::NAN,
            },
            value: format!("{}|{}", cell.customers, cell.gross_share),
            text: number(speech, cell.customers),
            note: share,
            readout: speech.say_with("value-grid-readout", readout),
            href: Some(door(&cell.predicate)),
            is_unfinished: false,
        }
    }

    /// Days since the last order, as of today.
    fn recency_words(&self, grid: &Grid, band: u8) -> String {
        let ago = |limit: i64| i64::from(self.value.today) - limit;
        let limits = grid.recency_limits;
        let place = usize::from(band) - 1;
        let newest = match limits.get(place) {
            // The day after the last one of this band begins the next.
            Some(next) => ago(*next) + 1,
            None => 0,
        };
        let oldest = place.checked_sub(1).map(|before| ago(limits[before]));
        self.range_words(newest.max(0), oldest)
    }

    fn frequency_words(&self, grid: &Grid, band: u8) -> String {
        let limits = grid.frequency_limits;
        let place = usize::from(band) - 1;
        let least = place.checked_sub(1).map_or(1, |before| limits[before]);
        let most = limits.get(place).map(|next| next - 1);
        self.range_words(least, most)
    }

    /// From one number to another.
    fn range_words(&self, least: i64, most: Option<i64>) -> String {
        let speech = self.speech;
        let words = Words::new()
            .text("least", speech.number(least))
            .text("most", speech.number(most.unwrap_or(0)));
        match most {
            None => speech.say_with("value-grid-from", words),
            Some(most) if most <= least => speech.number(least),
            Some(_) => speech.say_with("value-grid-range", words),
        }
    }
}

/// The bands in which there is anybody, from the lowest: of equal limits all are reached at once,
/// and a band between them stays empty.
fn held(grid: &Grid, band_of: impl Fn(&GridCell) -> u8) -> Vec<u8> {
    let is_held = |band: &u8| {
        let mut cells = grid.cells.iter();
        cells.any(|cell| band_of(cell) == *band && cell.customers > 0)
    };
    (1..=5).filter(is_held).collect()
}
