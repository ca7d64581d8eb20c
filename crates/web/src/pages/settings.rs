//! Settings: what the shop says about itself, and what it keeps of what people do.

mod consent;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::settings::ShopSettings;
use domain::time::Calendar;
use domain::trust::{Action, Permission, Subject};
use maud::{Markup, html};
use serde::Deserialize;

use crate::asked::{Asked, Filled};
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::gate::{Gate, Routes};
use crate::layout::{Frame, Notice, Place};
use consent::ConsentForm;

const NAME_BYTES_MAX: usize = 200;
/// What forms offer; any zone that the tz database knows is taken.
const ZONES: [&str; 14] = [
    "UTC",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Istanbul",
    "Asia/Tehran",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Taipei",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
];

pub(super) fn routes() -> Routes {
    let gate = Gate::Needs(Permission::Settings);
    Routes::default()
        .get("/settings", gate, settings)
        .post("/settings", gate, change)
        .post("/settings/consent", gate, consent::change)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Outcome {
    done: String,
}

/// The fields, as they were typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct SettingsForm {
    name: String,
    zone: String,
    calendar: String,
    currency: String,
    toman: String,
}

impl SettingsForm {
    fn of(settings: &ShopSettings) -> Self {
        Self {
            name: settings.name.clone(),
            zone: settings.zone.name().to_owned(),
            calendar: calendar_word(settings.calendar).to_owned(),
            currency: settings.currency.code().to_owned(),
            toman: if settings.toman { "yes" } else { "" }.to_owned(),
        }
    }

    /// The settings that are meant, or which field is wrong. Once there is a past, what it was
    /// counted by stays.
    fn read(&self, now: &ShopSettings, is_open: bool) -> Result<ShopSettings, &'static str> {
        let name = self.name.trim();
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.chars().any(char::is_control) {
            return Err("settings-wrong-name");
        }
        let mut settings = ShopSettings {
            name: name.to_owned(),
            toman: self.toman == "yes",
            ..now.clone()
        };
        if is_open {
            settings.zone = self.zone.parse().map_err(|_| "settings-wrong-zone")?;
            let code = self.currency.trim().to_ascii_uppercase();
            settings.currency = code.parse().map_err(|_| "settings-wrong-currency")?;
            settings.calendar = match self.calendar.as_str() {
                "jalali" => Calendar::Jalali,
                _ => Calendar::Gregorian,
            };
        }
        Ok(settings)
    }
}

const fn calendar_word(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::Gregorian => "gregorian",
        Calendar::Jalali => "jalali",
    }
}

const fn calendar_key(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::Gregorian => "settings-gregorian",
        Calendar::Jalali => "settings-jalali",
    }
}

/// Whether nothing was counted yet, so that the zone, the calendar and the currency can change.
async fn is_open(asking: &Asking) -> Result<bool, Refusal> {
    let overview = asking.read(Permission::Settings, |app| app.overview());
    Ok(overview.await?.customers == 0)
}

async fn settings(asking: Asking, Asked(outcome): Asked<Outcome>) -> Result<Response, Refusal> {
    let in_force = asking.shared.app.in_force();
    let form = SettingsForm::of(&in_force.settings);
    let consent = ConsentForm::of(&in_force.settings.consent);
    let notice = match outcome.done.as_str() {
        "kept" => Some("settings-kept"),
        "welcome" => Some("settings-welcome"),
        _ => None,
    };
    let is_open = is_open(&asking).await?;
    Ok(page(&asking, (&form, &consent), is_open, notice, None))
}

async fn change(asking: Asking, Filled(form): Filled<SettingsForm>) -> Result<Response, Refusal> {
    let in_force = asking.shared.app.in_force();
    let is_open = is_open(&asking).await?;
    let settings = match form.read(&in_force.settings, is_open) {
        Ok(settings) => settings,
        Err(wrong) => {
            let consent = ConsentForm::of(&in_force.settings.consent);
            return Ok(page(&asking, (&form, &consent), is_open, None, Some(wrong)));
        }
    };
    let kept = asking.ask(move |acting| {
        acting.change(Action::SettingsChanged, &Subject::Shop, |app| {
            app.settings_put(settings)
        })
    });
    kept.await?;
    Ok(Redirect::to("/settings?done=kept").into_response())
}

fn page(
    asking: &Asking,
    (form, consent): (&SettingsForm, &ConsentForm),
    is_open: bool,
    notice: Option<&'static str>,
    wrong: Option<&'static str>,
) -> Response {
    let speech = asking.speech;
    let in_force = asking.shared.app.in_force();
    let title = speech.say("common-settings");
    let is_refusal = wrong.is_some();
    let frame = Frame {
        speech,
        shop: asking.shop(&in_force.settings),
        place: Place::Settings,
        title: &title,
        twin: None,
        notice: wrong.or(notice).map(|key| Notice { key, is_refusal }),
    };
    let status = match is_refusal {
        true => StatusCode::UNPROCESSABLE_ENTITY,
        false => StatusCode::OK,
    };
    let content = html! {
        h1 { (title) }
        p.lead { (speech.say("settings-lead")) }
        form.stack method="post" action="/settings" {
            label {
                span { (speech.say("settings-name")) }
                input name="name" required maxlength=(NAME_BYTES_MAX) value=(form.name)
                    dir="auto" autocomplete="organization";
            }
            (counted_by(asking, form, is_open))
            label.check {
                input type="checkbox" name="toman" value="yes" checked[form.toman == "yes"];
                span { (speech.say("settings-toman")) }
            }
            button { (speech.say("settings-go")) }
        }
        (consent.form(speech))
        @if is_open {
            section aria-labelledby="first" {
                h2 #first { (speech.say("settings-first")) }
                p { (speech.say("overview-empty-lead")) }
                pre dir="ltr" { code { "fanous import orders.csv" } }
            }
        }
    };
    frame.page_with(status, content)
}

/// By what days, months and money are counted.
fn counted_by(asking: &Asking, form: &SettingsForm, is_open: bool) -> Markup {
    let speech = asking.speech;
    let calendars = [Calendar::Gregorian, Calendar::Jalali];
    html! {
        @if !is_open { p.how { (speech.say("settings-fixed")) } }
        label {
            span { (speech.say("settings-zone")) }
            input name="zone" list="zones" required maxlength="60" value=(form.zone) dir="ltr"
                autocomplete="off" disabled[!is_open];
            datalist #zones { @for zone in ZONES { option value=(zone) {} } }
        }
        label {
            span { (speech.say("settings-calendar")) }
            select name="calendar" disabled[!is_open] {
                @for calendar in calendars {
                    @let word = calendar_word(calendar);
                    option value=(word) selected[form.calendar == word] {
                        (speech.say(calendar_key(calendar)))
                    }
                }
            }
        }
        label {
            span { (speech.say("settings-currency")) }
            input name="currency" required maxlength="3" pattern="[A-Za-z]{3}" dir="ltr"
                value=(form.currency) autocomplete="off" disabled[!is_open];
        }
    }
}
