//! Parts that the pages about the whole shop have in common.

use axum::http::{HeaderName, HeaderValue};
use axum::response::Response;
use domain::settings::ShopSettings;
use domain::time::Day;
use maud::{Markup, html};

use crate::asked::encoded;
use crate::i18n::{Speech, Words};
use crate::layout::Frame;

/// Seconds after which a browser asks again while the customers are being read.
const AGAIN_SECONDS: &str = "1";

/// The list of the customers for whom a predicate holds.
pub(super) fn door(predicate: &str) -> String {
    format!("/customers?where={}", encoded(predicate))
}

/// A figure with its name and what it rests on.
pub(super) fn figure(name: &str, value: Markup, note: &str) -> Markup {
    html! {
        div {
            dt { (name) }
            dd { (value) small { (note) } }
        }
    }
}

/// From one day to another, in words.
pub(super) fn period(speech: &Speech, settings: &ShopSettings, from: i32, to: i32) -> String {
    let start = |day: i32| settings.zone.day_start(Day(day)).0;
    speech.period((start(from), start(to)), &settings.zone)
}

/// A count for a sentence.
pub(super) fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number as it is written.
pub(super) fn number(speech: &Speech, of: u64) -> String {
    speech.number(count(of))
}

/// A figure in a row of a table, with what it is for programs.
pub(super) fn cell(value: impl std::fmt::Display, shown: Markup) -> Markup {
    html! { td.n data-value=(value) { (shown) } }
}

/// The heads of the two ends of an interval, in files that have a column for each.
pub(super) fn ends(speech: &Speech, of: &str) -> [String; 2] {
    ["common-export-low", "common-export-high"].map(|key| {
        let head = Words::new().text("head", of);
        speech.say_with(key, head)
    })
}

/// A table of the same figures as a chart, closed at first.
pub(super) fn twin(speech: &Speech, table: &Markup) -> Markup {
    html! {
        details {
            summary { (speech.say("overview-table-flow")) }
            (table)
        }
    }
}

/// A page whose figures cannot be told yet: the customers are still being read. It asks for
/// itself again until they are.
pub(super) fn warming(frame: &Frame<'_>, percent: u8) -> Response {
    let mut page = frame.page(waiting(frame.speech, percent));
    page.headers_mut().insert(
        HeaderName::from_static("refresh"),
        HeaderValue::from_static(AGAIN_SECONDS),
    );
    page
}

/// What such a page says.
pub(super) fn waiting(speech: &Speech, percent: u8) -> Markup {
    let shown = speech.percent(f64::from(percent) / 100.0, 0);
    html! {
        div.empty {
            h1 { (speech.say_with("common-warming-title", Words::new().text("share", shown))) }
            progress max="100" value=(percent) aria-label=(speech.say("common-warming-label")) {}
            p.lead { (speech.say("common-warming-lead")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, StatusCode};

    use super::*;
    use crate::i18n::speech_for;
    use crate::layout::Place;

    #[test]
    fn doors_are_addresses() {
        assert_eq!(
            door("content == \"a & b\""),
            "/customers?where=content%20%3D%3D%20%22a%20%26%20b%22"
        );
    }

    #[test]
    fn a_page_that_warms_asks_for_itself_again() {
        let frame = Frame {
            speech: speech_for(&HeaderMap::new()),
            shop: None,
            place: Place::Retention,
            title: "Retention",
            twin: None,
            notice: None,
        };
        let page = warming(&frame, 40);
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(page.headers()["refresh"], "1");
    }
}
