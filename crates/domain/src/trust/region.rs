//! In which country somebody is, as far as their browser tells.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::words::UnknownWord;

/// A country, by its two letters of ISO 3166.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country([u8; 2]);

impl Country {
    /// Countries in which the law asks for a yes before anybody is followed: the European
    /// Economic Area, the United Kingdom and Switzerland.
    pub const ASK_FIRST: [Self; 32] = [
        Self(*b"AT"),
        Self(*b"BE"),
        Self(*b"BG"),
        Self(*b"CH"),
        Self(*b"CY"),
        Self(*b"CZ"),
        Self(*b"DE"),
        Self(*b"DK"),
        Self(*b"EE"),
        Self(*b"ES"),
        Self(*b"FI"),
        Self(*b"FR"),
        Self(*b"GB"),
        Self(*b"GR"),
        Self(*b"HR"),
        Self(*b"HU"),
        Self(*b"IE"),
        Self(*b"IS"),
        Self(*b"IT"),
        Self(*b"LI"),
        Self(*b"LT"),
        Self(*b"LU"),
        Self(*b"LV"),
        Self(*b"MT"),
        Self(*b"NL"),
        Self(*b"NO"),
        Self(*b"PL"),
        Self(*b"PT"),
        Self(*b"RO"),
        Self(*b"SE"),
        Self(*b"SI"),
        Self(*b"SK"),
    ];

    /// Its letters.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("two letters of ASCII")
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Country {
    type Err = UnknownWord;

    fn from_str(code: &str) -> Result<Self, UnknownWord> {
        let letters: Result<[u8; 2], _> = code.to_ascii_uppercase().into_bytes().try_into();
        match letters {
            Ok(letters) if letters.iter().all(u8::is_ascii_uppercase) => Ok(Self(letters)),
            _ => Err(UnknownWord {
                what: "country",
                given: code.chars().take(40).collect(),
            }),
        }
    }
}

impl TryFrom<String> for Country {
    type Error = UnknownWord;

    fn try_from(code: String) -> Result<Self, UnknownWord> {
        code.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.code().to_owned()
    }
}

/// Zones that lie in one country of [`Country::ASK_FIRST`], by what follows `Europe/`; and where
/// else people live whom such a law protects.
const ZONES: [(&str, &str); 56] = [
    ("Arctic/Longyearbyen", "NO"),
    ("Asia/Famagusta", "CY"),
    ("Asia/Nicosia", "CY"),
    ("Atlantic/Azores", "PT"),
    ("Atlantic/Canary", "ES"),
    ("Atlantic/Madeira", "PT"),
    ("Atlantic/Reykjavik", "IS"),
    ("Africa/Ceuta", "ES"),
    ("America/Cayenne", "FR"),
    ("America/Guadeloupe", "FR"),
    ("America/Martinique", "FR"),
    ("Indian/Mayotte", "FR"),
    ("Indian/Reunion", "FR"),
    ("Europe/Amsterdam", "NL"),
    ("Europe/Athens", "GR"),
    ("Europe/Belfast", "GB"),
    ("Europe/Berlin", "DE"),
    ("Europe/Bratislava", "SK"),
    ("Europe/Brussels", "BE"),
    ("Europe/Bucharest", "RO"),
    ("Europe/Budapest", "HU"),
    ("Europe/Busingen", "DE"),
    ("Europe/Copenhagen", "DK"),
    ("Europe/Dublin", "IE"),
    ("Europe/Helsinki", "FI"),
    ("Europe/Istanbul", "TR"),
    ("Europe/Kiev", "UA"),
    ("Europe/Kyiv", "UA"),
    ("Europe/Lisbon", "PT"),
    ("Europe/Ljubljana", "SI"),
    ("Europe/London", "GB"),
    ("Europe/Luxembourg", "LU"),
    ("Europe/Madrid", "ES"),
    ("Europe/Malta", "MT"),
    ("Europe/Mariehamn", "FI"),
    ("Europe/Moscow", "RU"),
    ("Europe/Oslo", "NO"),
    ("Europe/Paris", "FR"),
    ("Europe/Prague", "CZ"),
    ("Europe/Riga", "LV"),
    ("Europe/Rome", "IT"),
    ("Europe/Sofia", "BG"),
    ("Europe/Stockholm", "SE"),
    ("Europe/Tallinn", "EE"),
    ("Europe/Vaduz", "LI"),
    ("Europe/Vienna", "AT"),
    ("Europe/Vilnius", "LT"),
    ("Europe/Warsaw", "PL"),
    ("Europe/Zagreb", "HR"),
    ("Europe/Zurich", "CH"),
    ("Asia/Tehran", "IR"),
    ("Asia/Taipei", "TW"),
    ("Asia/Tokyo", "JP"),
    ("Asia/Dubai", "AE"),
    ("Asia/Kolkata", "IN"),
    ("Asia/Seoul", "KR"),
];

/// What is known of where somebody is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Where their network is, when it was looked up.
    pub network: Option<Country>,
    /// Where their clock and their language say they are.
    pub told: Vec<Country>,
}

impl Place {
    /// What a browser's zone and language say.
    #[must_use]
    pub fn told(zone: Option<&str>, locale: Option<&str>) -> Self {
        let by_zone = zone.and_then(|zone| {
            let found = ZONES.iter().find(|(name, _)| *name == zone);
            found?.1.parse().ok()
        });
        let by_locale = locale.and_then(|locale| {
            let mut parts = locale.split(['-', '_']).skip(1);
            parts.find_map(|part| part.parse::<Country>().ok())
        });
        Self {
            network: None,
            told: by_zone.into_iter().chain(by_locale).collect(),
        }
    }

    /// The countries that come into question: the network's alone where it is known.
    #[must_use]
    pub fn candidates(&self) -> Vec<Country> {
        match self.network {
            Some(country) => vec![country],
            None => self.told.clone(),
        }
    }
}
