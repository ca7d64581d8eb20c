//! What is personal: traits of a person, and properties that no behaviour holds. They are texts
//! by name, few and bounded, and kept encrypted.

use std::borrow::Cow;

use domain::events::{Flag, Flags, Personal};

use super::object::{Object, Value, is_plainly};

/// The most texts that are kept of one event.
pub const PERSONAL_MAX: usize = 200;
/// The longest name of one, in bytes.
pub const PERSONAL_NAME_BYTES_MAX: usize = 100;
/// The longest text, in bytes.
pub const PERSONAL_TEXT_BYTES_MAX: usize = 2_000;
/// Words of a review or a complaint may be longer, in bytes.
const WORDS_BYTES_MAX: usize = 10_000;
/// How many levels of a trait are opened, so that `address.city` is one.
const LEVELS: usize = 2;
/// Who sent this customer; the rules of the programme reward it.
const REFERRED_BY: &str = "referred_by";

/// Traits whose names are ours; the first list is how others write them.
const TRAITS: [(&[&str], &str); 12] = [
    (&["name", "fullname"], "name"),
    (&["firstname", "givenname"], "first_name"),
    (&["lastname", "familyname", "surname"], "last_name"),
    (&["email", "emailaddress"], "email"),
    (&["phone", "phonenumber", "mobile"], "phone"),
    (&["city", "address.city"], "city"),
    (&["country", "address.country"], "country"),
    (&["postalcode", "zip", "address.postalcode"], "postal_code"),
    (&["street", "address.street"], "street"),
    (&["state", "address.state"], "state"),
    (&["birthday", "dateofbirth"], "birthday"),
    (&["createdat"], "created_at"),
];

/// Gathers texts by name within the bounds.
pub(super) struct Gathered<'f> {
    texts: Personal,
    flags: &'f mut Flags,
    /// Whether the sender may say who referred somebody.
    may_refer: bool,
}

impl<'f> Gathered<'f> {
    pub(super) const fn new(may_refer: bool, flags: &'f mut Flags) -> Self {
        Self {
            texts: Personal::new(),
            flags,
            may_refer,
        }
    }

    /// Takes traits of a person under our names where we have one.
    pub(super) fn traits(&mut self, traits: &Object<'_>) {
        self.open("", traits, LEVELS, &mut |name| {
            let known =
                |(others, _): &&(&[&str], &str)| others.iter().any(|other| is_plainly(name, other));
            let ours = TRAITS.iter().find(known).map(|(_, ours)| *ours);
            Some(ours.map_or_else(|| Cow::Borrowed(name), Cow::Borrowed))
        });
    }

    /// Takes properties under their own names, but for those that the behaviour holds.
    pub(super) fn properties(&mut self, properties: &Object<'_>, is_held: impl Fn(&str) -> bool) {
        self.open("", properties, LEVELS, &mut |name| {
            (!is_held(name)).then_some(Cow::Borrowed(name))
        });
    }

    fn open(
        &mut self,
        prefix: &str,
        object: &Object<'_>,
        levels: usize,
        name_of: &mut dyn for<'n> FnMut(&'n str) -> Option<Cow<'n, str>>,
    ) {
        for (name, value) in object.members() {
            let whole = match prefix {
                "" => Cow::Borrowed(name),
                prefix => Cow::Owned(format!("{prefix}.{name}")),
            };
            let Some(ours) = name_of(&whole) else {
                continue;
            };
            let inner = (levels > 1).then(|| value.object()).flatten();
            match inner {
                Some(inner) => self.open(&whole, &inner, levels - 1, name_of),
                None => self.put(&ours, &told(value)),
            }
        }
    }

    /// The words of a review or a complaint.
    pub(super) fn words(&mut self, words: &str) {
        self.put_bounded("text", words, WORDS_BYTES_MAX);
    }

    fn put(&mut self, name: &str, text: &str) {
        self.put_bounded(name, text, PERSONAL_TEXT_BYTES_MAX);
    }

    fn put_bounded(&mut self, name: &str, text: &str, bytes_max: usize) {
        if text.is_empty() || name.is_empty() {
            return;
        }
        let is_claim = name == REFERRED_BY && !self.may_refer;
        let name = if is_claim {
            "claimed_referred_by"
        } else {
            name
        };
        let is_new = !self.texts.contains_key(name);
        if name.len() > PERSONAL_NAME_BYTES_MAX || (is_new && self.texts.len() >= PERSONAL_MAX) {
            self.flags.insert(Flag::Cut);
            return;
        }
        let end = text.floor_char_boundary(bytes_max);
        if end < text.len() {
            self.flags.insert(Flag::Cut);
        }
        self.texts.insert(name.to_owned(), text[..end].to_owned());
    }

    pub(super) fn finish(self) -> Personal {
        self.texts
    }
}

/// A value as a text: lists and what lies deep as JSON.
fn told(value: Value<'_>) -> Cow<'_, str> {
    value.string().unwrap_or(Cow::Borrowed(value.written()))
}
