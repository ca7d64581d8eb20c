//! What a shop keeps of what people do: by region, by what they said, by what their browser asks.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Country, Place};

/// The most countries that a policy names; there are fewer.
pub const COUNTRIES_MAX: usize = 300;

closed_list!(
    /// When what somebody does is kept with them. Later ones are stricter.
    Collecting, "rule" {
        /// Until they say no.
        UntilNo = "opt_out",
        /// Once they said yes.
        AfterYes = "opt_in",
        /// Never: visits are counted.
        Never = "off",
    }
);

closed_list!(
    /// What a browser's wish not to be followed does. Later ones are stricter.
    SignalRule, "signal rule" {
        /// Nothing.
        Ignore = "ignore",
        /// That they were here is kept, without anything from which a profile grows.
        KeepBare = "without_profile",
        /// The visit is counted.
        Count = "count",
    }
);

/// What a shop keeps of what people do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsentPolicy {
    /// By country.
    pub countries: BTreeMap<Country, Collecting>,
    /// Everywhere else, and where nobody knows.
    pub elsewhere: Collecting,
    /// What `Sec-GPC: 1` does. Unless it is ignored, nothing goes to third parties either.
    pub gpc: SignalRule,
    /// What `DNT: 1` does.
    pub dnt: SignalRule,
}

impl Default for ConsentPolicy {
    /// Where the law asks for a yes, one is asked for; whoever asks not to be followed is not.
    fn default() -> Self {
        let ask = Country::ASK_FIRST.into_iter();
        Self {
            countries: ask.map(|country| (country, Collecting::AfterYes)).collect(),
            elsewhere: Collecting::UntilNo,
            gpc: SignalRule::Count,
            dnt: SignalRule::Count,
        }
    }
}

/// Why a policy cannot be put in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyError {
    /// More countries than there are.
    TooMany,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooMany => write!(f, "a policy names at most {COUNTRIES_MAX} countries"),
        }
    }
}

impl std::error::Error for PolicyError {}

/// What is asked of a policy about one event.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    /// Where the person is.
    pub place: Place,
    /// What the event says that they said about analytics.
    pub said: Option<bool>,
    /// Whether the browser sends `Sec-GPC: 1`.
    pub gpc: bool,
    /// Whether the browser sends `DNT: 1`.
    pub dnt: bool,
    /// Whether the shop itself tells it, which knows whom it asked.
    pub is_told_by_shop: bool,
}

closed_list!(
    /// Why an event is kept with a person; it stands on the event.
    Basis, "basis" {
        /// They said yes.
        Agreed = "agreed",
        /// Nobody has to be asked where they are, and they did not say no.
        NotRefused = "not_refused",
        /// The shop itself told it.
        ToldByShop = "told_by_shop",
        /// The browser asked not to be followed, and the shop ignores that.
        SignalIgnored = "signal_ignored",
        /// The browser asked not to be followed: kept without what a profile grows from.
        WithoutProfile = "without_profile",
    }
);

closed_list!(
    /// Why an event is only counted.
    Uncollected, "reason" {
        /// They said no, or were not asked where they have to be.
        NoConsent = "no_consent",
        /// They took their permission back, or refused before.
        Withdrawn = "consent_withdrawn",
        /// Their browser asks not to be followed.
        PrivacySignal = "privacy_signal",
        /// The shop keeps nothing where they are.
        RegionOff = "region_off",
    }
);

impl Uncollected {
    /// The sentence in answers.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::NoConsent => "this person agreed to no analytics: the visit is counted only",
            Self::Withdrawn => "this person refused analytics before: the visit is counted only",
            Self::PrivacySignal => "the browser asks not to be followed: the visit is counted only",
            Self::RegionOff => "the shop keeps no visits from there: the visit is counted only",
        }
    }
}

impl ConsentPolicy {
    /// Refuses what cannot be put in force.
    ///
    /// # Errors
    /// [`PolicyError`].
    pub fn check(&self) -> Result<(), PolicyError> {
        match self.countries.len() > COUNTRIES_MAX {
            true => Err(PolicyError::TooMany),
            false => Ok(()),
        }
    }

    /// The rule where somebody is; where zone and language name two countries, the stricter one.
    #[must_use]
    pub fn rule(&self, place: &Place) -> Collecting {
        let rule = |country| self.countries.get(country).copied();
        let candidates = place.candidates();
        let rules = candidates
            .iter()
            .map(|it| rule(it).unwrap_or(self.elsewhere));
        rules.max().unwrap_or(self.elsewhere)
    }

    /// Whether an event is kept with its person, and why; or why it is only counted.
    ///
    /// # Errors
    /// [`Uncollected`] is the answer no.
    pub fn decide(&self, asked: &Kept) -> Result<Basis, Uncollected> {
        if asked.said == Some(false) {
            return Err(Uncollected::NoConsent);
        }
        let signal = self.signal(asked);
        if signal == Some(SignalRule::Count) {
            return Err(Uncollected::PrivacySignal);
        }
        let basis = match (asked.is_told_by_shop, self.rule(&asked.place), asked.said) {
            (true, ..) => Basis::ToldByShop,
            (_, Collecting::Never, _) => return Err(Uncollected::RegionOff),
            (_, _, Some(true)) => Basis::Agreed,
            (_, Collecting::UntilNo, None) => Basis::NotRefused,
            (_, Collecting::AfterYes, _) | (_, _, Some(false)) => {
                return Err(Uncollected::NoConsent);
            }
        };
        Ok(match signal {
            Some(SignalRule::KeepBare) => Basis::WithoutProfile,
            Some(SignalRule::Ignore) => Basis::SignalIgnored,
            Some(SignalRule::Count) | None => basis,
        })
    }

    /// The strictest of what the browser's wishes do; none when it has none.
    fn signal(&self, asked: &Kept) -> Option<SignalRule> {
        let gpc = asked.gpc.then_some(self.gpc);
        gpc.max(asked.dnt.then_some(self.dnt))
    }

    /// Whether a browser's wish says that nothing may go to third parties.
    #[must_use]
    pub fn refuses_third_parties(&self, gpc: bool) -> bool {
        gpc && self.gpc != SignalRule::Ignore
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_hangs_on_place_word_and_wish() {
        let policy = ConsentPolicy {
            countries: [("DE", Collecting::AfterYes), ("XX", Collecting::Never)]
                .into_iter()
                .map(|(code, rule)| (code.parse().expect("a country"), rule))
                .collect(),
            dnt: SignalRule::KeepBare,
            ..ConsentPolicy::default()
        };
        let no = |reason| Err(reason);
        let check = |zone: &str, locale: &str, said, (gpc, dnt, shop), expected| {
            let asked = Kept {
                place: Place::told(Some(zone), Some(locale)),
                said,
                gpc,
                dnt,
                is_told_by_shop: shop,
            };
            assert_eq!(policy.decide(&asked), expected, "{asked:?}");
        };
        let (plain, gpc, dnt) = (
            (false, false, false),
            (true, false, false),
            (false, true, false),
        );
        let shop = (false, false, true);
        check("Asia/Tehran", "fa-IR", None, plain, Ok(Basis::NotRefused));
        check("Asia/Tehran", "fa-IR", Some(true), plain, Ok(Basis::Agreed));
        check(
            "Asia/Tehran",
            "fa-IR",
            Some(false),
            plain,
            no(Uncollected::NoConsent),
        );
        // Zone and language disagree: the stricter rule counts.
        check(
            "Asia/Tehran",
            "de-DE",
            None,
            plain,
            no(Uncollected::NoConsent),
        );
        check(
            "Europe/Berlin",
            "en-US",
            None,
            plain,
            no(Uncollected::NoConsent),
        );
        check(
            "Europe/Berlin",
            "en-US",
            Some(true),
            plain,
            Ok(Basis::Agreed),
        );
        check(
            "UTC",
            "en-XX",
            Some(true),
            plain,
            no(Uncollected::RegionOff),
        );
        check("UTC", "en", None, plain, Ok(Basis::NotRefused));
        check("UTC", "en", Some(true), gpc, no(Uncollected::PrivacySignal));
        check("UTC", "en", Some(true), dnt, Ok(Basis::WithoutProfile));
        check(
            "Europe/Berlin",
            "de-DE",
            None,
            dnt,
            no(Uncollected::NoConsent),
        );
        check("Europe/Berlin", "de-DE", None, shop, Ok(Basis::ToldByShop));
        check(
            "Europe/Berlin",
            "de-DE",
            Some(false),
            shop,
            no(Uncollected::NoConsent),
        );
    }

    #[test]
    fn where_the_network_is_counts_before_what_is_told() {
        let policy = ConsentPolicy::default();
        let mut place = Place::told(Some("Europe/Berlin"), Some("de"));
        assert_eq!(policy.rule(&place), Collecting::AfterYes);
        place.network = "JP".parse().ok();
        assert_eq!(policy.rule(&place), Collecting::UntilNo);
        assert_eq!(
            Place::told(None, Some("zh-Hant-TW")).told,
            ["TW".parse().expect("a country")]
        );
    }
}
