//! What the shop keeps of what people do: its part of the settings.

use std::collections::BTreeMap;

use axum::response::{IntoResponse, Redirect, Response};
use domain::trust::{Collecting, ConsentPolicy, Country, SignalRule};
use maud::{Markup, html};
use serde::Deserialize;

use super::{SettingsForm, is_open, page};
use crate::api::policy_put;
use crate::asked::Filled;
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::i18n::Speech;

/// The longest list of countries that can be typed.
const COUNTRIES_CHARACTERS_MAX: usize = 1_500;

/// The fields, as they were typed; countries are letters with blanks or commas between them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct ConsentForm {
    opt_in: String,
    opt_out: String,
    off: String,
    elsewhere: String,
    gpc: String,
    dnt: String,
}

const fn rule_key(rule: Collecting) -> &'static str {
    match rule {
        Collecting::UntilNo => "settings-consent-opt-out",
        Collecting::AfterYes => "settings-consent-opt-in",
        Collecting::Never => "settings-consent-off",
    }
}

const fn signal_key(rule: SignalRule) -> &'static str {
    match rule {
        SignalRule::Ignore => "settings-signal-ignore",
        SignalRule::KeepBare => "settings-signal-bare",
        SignalRule::Count => "settings-signal-count",
    }
}

impl ConsentForm {
    pub(super) fn of(policy: &ConsentPolicy) -> Self {
        let codes = |rule: Collecting| {
            let countries = policy.countries.iter().filter(|(_, its)| **its == rule);
            let codes: Vec<&str> = countries.map(|(country, _)| country.code()).collect();
            codes.join(", ")
        };
        Self {
            opt_in: codes(Collecting::AfterYes),
            opt_out: codes(Collecting::UntilNo),
            off: codes(Collecting::Never),
            elsewhere: policy.elsewhere.word().to_owned(),
            gpc: policy.gpc.word().to_owned(),
            dnt: policy.dnt.word().to_owned(),
        }
    }

    fn typed(&self, rule: Collecting) -> &str {
        match rule {
            Collecting::AfterYes => &self.opt_in,
            Collecting::UntilNo => &self.opt_out,
            Collecting::Never => &self.off,
        }
    }

    /// The policy that is meant, or what is wrong.
    fn read(&self) -> Result<ConsentPolicy, &'static str> {
        let mut countries = BTreeMap::new();
        for rule in Collecting::ALL {
            let codes = self.typed(*rule).split([' ', ',', ';', '،', '、']);
            for code in codes.map(str::trim).filter(|code| !code.is_empty()) {
                let country: Country = code.parse().map_err(|_| "settings-wrong-country")?;
                if countries
                    .insert(country, *rule)
                    .is_some_and(|other| other != *rule)
                {
                    return Err("settings-wrong-country-twice");
                }
            }
        }
        let wrong = |_| "settings-wrong-consent";
        let policy = ConsentPolicy {
            countries,
            elsewhere: self.elsewhere.parse().map_err(wrong)?,
            gpc: self.gpc.parse().map_err(wrong)?,
            dnt: self.dnt.parse().map_err(wrong)?,
        };
        policy.check().map_err(|_| "settings-wrong-country")?;
        Ok(policy)
    }

    pub(super) fn form(&self, speech: &'static Speech) -> Markup {
        html! {
            section aria-labelledby="consent" {
                h2 #consent { (speech.say("settings-consent")) }
                p.how { (speech.say("settings-consent-how")) }
                form.stack method="post" action="/settings/consent" {
                    @for rule in Collecting::ALL.iter().rev() {
                        label {
                            span { (speech.say(rule_key(*rule))) }
                            input name=(rule.word()) value=(self.typed(*rule)) dir="ltr"
                                maxlength=(COUNTRIES_CHARACTERS_MAX) autocomplete="off";
                        }
                    }
                    label {
                        span { (speech.say("settings-consent-elsewhere")) }
                        select name="elsewhere" {
                            @for rule in Collecting::ALL {
                                option value=(rule.word())
                                    selected[self.elsewhere == rule.word()] {
                                    (speech.say(rule_key(*rule)))
                                }
                            }
                        }
                    }
                    (signal(speech, "gpc", "settings-gpc", &self.gpc))
                    (signal(speech, "dnt", "settings-dnt", &self.dnt))
                    button { (speech.say("settings-go")) }
                }
            }
        }
    }
}

fn signal(speech: &'static Speech, name: &str, key: &'static str, chosen: &str) -> Markup {
    html! {
        label {
            span { (speech.say(key)) }
            select name=(name) {
                @for rule in SignalRule::ALL {
                    option value=(rule.word()) selected[chosen == rule.word()] {
                        (speech.say(signal_key(*rule)))
                    }
                }
            }
        }
    }
}

pub(super) async fn change(
    asking: Asking,
    Filled(form): Filled<ConsentForm>,
) -> Result<Response, Refusal> {
    match form.read() {
        Ok(policy) => {
            policy_put(&asking, policy).await?;
            Ok(Redirect::to("/settings?done=kept").into_response())
        }
        Err(wrong) => {
            let is_open = is_open(&asking).await?;
            let settings = SettingsForm::of(&asking.shared.app.in_force().settings);
            Ok(page(
                &asking,
                (&settings, &form),
                is_open,
                None,
                Some(wrong),
            ))
        }
    }
}
