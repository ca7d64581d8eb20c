//! One message: who says that what happened when.

use domain::customers::{Identity, Namespace};
use domain::events::{
    Alias, Behaviour, CODE_BYTES_MAX, Context, Event, Flag, Flags, MESSAGE_ID_BYTES_MAX, PageView,
    Personal, ProductTold, Told,
};

use super::clock::{Met, Times, moment};
use super::commerce::{self, Understood};
use super::context::{self, Layers};
use super::names;
use super::object::{Object, Value};
use super::personal::Gathered;
use super::problem::Problem;
use super::{MESSAGE_ID_CHARACTERS_MAX, Received, Trust};

/// The type of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MessageType {
    /// Who somebody is.
    Identify,
    /// Something happened.
    Track,
    /// A page was looked at.
    Page,
    /// A screen of an app was looked at.
    Screen,
    /// Somebody belongs to a group, such as a company.
    Group,
    /// Two names are one person's.
    Alias,
}

impl MessageType {
    /// Every type, in order.
    pub const ALL: [Self; 6] = [
        Self::Identify,
        Self::Track,
        Self::Page,
        Self::Screen,
        Self::Group,
        Self::Alias,
    ];

    /// The word in addresses and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Identify => "identify",
            Self::Track => "track",
            Self::Page => "page",
            Self::Screen => "screen",
            Self::Group => "group",
            Self::Alias => "alias",
        }
    }

    /// The type of which this is the word or its first letter, as browsers shorten addresses.
    #[must_use]
    pub fn of_address(part: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| part == kind.word() || part == &kind.word()[..1])
    }
}

/// A message that can be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it tells. Its message id is empty when the sender gave none: the receiver has to
    /// make one, which is what [`Flag::NoMessageId`] says.
    pub told: Told,
    /// Its type.
    pub kind: MessageType,
    /// Its four times.
    pub times: Times,
}

/// What messages of a body have in common.
pub(super) struct Around<'a> {
    pub(super) received: &'a Received<'a>,
    pub(super) shared: &'a Object<'a>,
    pub(super) sent_at: Option<Value<'a>>,
}

/// Words by which programs say that there is no id. Everybody named so would be one customer.
const NOBODY: [&str; 9] = [
    "null",
    "undefined",
    "none",
    "nan",
    "nil",
    "n/a",
    "-",
    "anonymous",
    "[object object]",
];

/// Reads a message.
pub(super) fn read(
    item: &Object<'_>,
    kind: Option<MessageType>,
    around: &Around<'_>,
) -> Result<Message, Problem> {
    let kind = match kind {
        Some(kind) => kind,
        None => type_of(item).ok_or(Problem::Type)?,
    };
    let mut flags = Flags::new();
    let layers = Layers {
        own: item.object(&["context"]).unwrap_or_default(),
        shared: around.shared,
    };
    let message_id = message_id(item)?;
    let times = times(item, around, &mut flags);
    let mut context = layers.read();
    let may_be_nobody = is_unnamed_on_purpose(&layers, &context);
    let who = Who::read(item, kind, may_be_nobody)?;
    let reading = Reading {
        item,
        kind,
        received: around.received,
        times: &times,
        message_id: message_id.as_deref(),
        layers: &layers,
    };
    let said = reading.said(&mut context, &mut flags)?;
    let is_claim = who.user_id.is_some() || said.contact.iter().any(Option::is_some);
    if is_claim && around.received.trust == Trust::Public {
        flags.insert(Flag::Unverified);
    }
    if message_id.is_none() {
        flags.insert(Flag::NoMessageId);
    }
    let mut event = Event {
        // Whether the rest can be taken does not hang on the id that the receiver will make.
        message_id: message_id.clone().unwrap_or_else(|| "none".to_owned()),
        identities: who.identities(&said.contact)?,
        at: times.at,
        sent_at: times.original.unwrap_or(times.received),
        received_at: times.received,
        channel: layers.channel(item, kind, around.received.trust == Trust::Secret),
        behaviour: said.behaviour,
        personal: said.personal,
        historical: false,
    };
    match event.identities.is_empty() {
        true => event.check_told(),
        false => event.check(),
    }
    .map_err(Problem::Refused)?;
    event.message_id = message_id.unwrap_or_default();
    let told = Told {
        event,
        name: said.name,
        context,
        alias: who.alias,
        group_id: who.group_id,
        products: said.products,
        flags,
    };
    Ok(Message { told, kind, times })
}

/// Whether the sender says what the person allowed, and analytics is not among it: whoever named
/// them then would do wrong, so they may be nobody.
fn is_unnamed_on_purpose(layers: &Layers<'_>, context: &Context) -> bool {
    let says = layers.object(&["consent"]).object(&["categorypreferences"]);
    says.is_some() && context.consent.get("analytics") != Some(&true)
}

fn type_of(item: &Object<'_>) -> Option<MessageType> {
    let word = item.get("type")?.string()?.trim().to_ascii_lowercase();
    let mut kinds = MessageType::ALL.into_iter();
    kinds.find(|kind| kind.word() == word)
}

/// An id is opaque: any text of 1 to 100 characters.
fn message_id(item: &Object<'_>) -> Result<Option<String>, Problem> {
    let wrong = Problem::field("messageId", "a text of 1 to 100 characters");
    let Some(value) = item.any(&["messageid"]) else {
        return Ok(None);
    };
    if !value.is_number() && value.string().is_none() {
        return Err(wrong);
    }
    let Some(text) = value.text() else {
        return Ok(None);
    };
    let is_kept =
        text.chars().count() <= MESSAGE_ID_CHARACTERS_MAX && text.len() <= MESSAGE_ID_BYTES_MAX;
    match is_kept {
        true => Ok(Some(text.into_owned())),
        false => Err(wrong),
    }
}

fn times(item: &Object<'_>, around: &Around<'_>, flags: &mut Flags) -> Times {
    let zone = around.received.zone;
    let mut read = |value| {
        moment(value, zone).unwrap_or_else(|()| {
            flags.insert(Flag::TimeUnreadable);
            None
        })
    };
    let original =
        read(item.any(&["originaltimestamp"])).or_else(|| read(item.any(&["timestamp"])));
    let sent = read(item.any(&["sentat"])).or_else(|| read(around.sent_at));
    let (times, met) = Times::correct(original, sent, around.received.at);
    match met {
        Met::SentBefore => flags.insert(Flag::SentBefore),
        Met::Future => flags.insert(Flag::Future),
        Met::Nothing => false,
    };
    if original.is_none() {
        flags.insert(Flag::NoTime);
    }
    times
}

/// Who a message is about.
struct Who {
    user_id: Option<String>,
    anonymous_id: Option<String>,
    alias: Option<Alias>,
    group_id: Option<String>,
}

impl Who {
    fn read(item: &Object<'_>, kind: MessageType, may_be_nobody: bool) -> Result<Self, Problem> {
        let user_id = id(item, "userId", "userid")?;
        let anonymous_id = id(item, "anonymousId", "anonymousid")?;
        let mut who = Self {
            user_id,
            anonymous_id,
            alias: None,
            group_id: None,
        };
        match kind {
            MessageType::Alias => {
                let previous_id = id(item, "previousId", "previousid")?;
                who.alias = Some(Alias {
                    previous_id: previous_id.ok_or(Problem::Missing("previousId"))?,
                    user_id: who.user_id.clone().ok_or(Problem::Missing("userId"))?,
                });
            }
            MessageType::Group => {
                let group_id = id(item, "groupId", "groupid")?;
                who.group_id = Some(group_id.ok_or(Problem::Missing("groupId"))?);
            }
            _ => {}
        }
        match who.user_id.is_some() || who.anonymous_id.is_some() || may_be_nobody {
            true => Ok(who),
            false => Err(Problem::NoIdentity),
        }
    }

    /// Its names, the most trusted first.
    fn identities(&self, contact: &[Option<Identity>; 2]) -> Result<Vec<Identity>, Problem> {
        let named = |namespace, field, id: &Option<String>| {
            let identity = id.as_deref().map(|id| Identity::new(namespace, id));
            let wrong = |_| Problem::field(field, "an id of at most 320 bytes");
            identity.transpose().map_err(wrong)
        };
        let user = named(Namespace::UserId, "userId", &self.user_id)?;
        let anonymous = named(Namespace::AnonymousId, "anonymousId", &self.anonymous_id)?;
        let [email, phone] = contact.clone();
        Ok([user, email, phone, anonymous]
            .into_iter()
            .flatten()
            .collect())
    }
}

/// An id: a text or a number; nothing when it is a word for nobody.
fn id(item: &Object<'_>, field: &'static str, plain: &str) -> Result<Option<String>, Problem> {
    let Some(value) = item.any(&[plain]) else {
        return Ok(None);
    };
    if !value.is_number() && value.string().is_none() {
        return Err(Problem::field(field, "a text or a number"));
    }
    let id = value.text().unwrap_or_default();
    if id.contains('\0') {
        return Err(Problem::field(field, "a text without a NUL"));
    }
    let is_nobody = id.is_empty() || NOBODY.contains(&id.to_lowercase().as_str());
    Ok((!is_nobody).then(|| id.into_owned()))
}

/// What a message says.
struct Said {
    behaviour: Behaviour,
    name: Option<String>,
    personal: Personal,
    products: Vec<ProductTold>,
    /// E-mail address and telephone number as identities, from one who may say so.
    contact: [Option<Identity>; 2],
}

/// What is needed to understand what a message says.
pub(super) struct Reading<'a, 'i> {
    pub(super) item: &'i Object<'a>,
    kind: MessageType,
    pub(super) received: &'i Received<'i>,
    pub(super) times: &'i Times,
    pub(super) message_id: Option<&'i str>,
    layers: &'i Layers<'a>,
}

impl Reading<'_, '_> {
    fn said(&self, context: &mut Context, flags: &mut Flags) -> Result<Said, Problem> {
        match self.kind {
            MessageType::Track => self.track(context, flags),
            MessageType::Page | MessageType::Screen => Ok(self.view(context, flags)),
            MessageType::Identify => Ok(self.traits(Behaviour::Identified, flags)),
            MessageType::Group => {
                let behaviour = Behaviour::Other("Group Joined".to_owned());
                let told = Understood::named(behaviour);
                let traits = self.item.object(&["traits"]).unwrap_or_default();
                Ok(self.finish(told, None, &traits, flags))
            }
            MessageType::Alias => Ok(self.traits(Behaviour::Identified, flags)),
        }
    }

    fn may(&self) -> bool {
        self.received.trust == Trust::Secret
    }

    /// Traits of the person. Some senders repeat them in the context, some write them only there.
    fn traits(&self, behaviour: Behaviour, flags: &mut Flags) -> Said {
        let beside = self.layers.own.object(&["traits"]).unwrap_or_default();
        let own = self.item.object(&["traits"]).unwrap_or_default();
        let mut personal = Gathered::new(self.may(), flags);
        personal.traits(&beside);
        personal.traits(&own);
        let personal = personal.finish();
        let named = |namespace: Namespace, is_one: fn(&str) -> bool| {
            let text = personal.get(namespace.word())?;
            let identity = Identity::new(namespace, text).ok()?;
            is_one(identity.value()).then_some(identity)
        };
        let contact = match (self.kind, self.may()) {
            (MessageType::Identify, true) => [
                named(Namespace::Email, is_address),
                named(Namespace::Phone, is_telephone),
            ],
            _ => [None, None],
        };
        Said {
            behaviour,
            name: None,
            personal,
            products: Vec::new(),
            contact,
        }
    }

    fn view(&self, around: &mut Context, flags: &mut Flags) -> Said {
        let properties = self.item.object(&["properties"]).unwrap_or_default();
        let page = &mut around.page;
        for (place, name) in [
            (&mut page.url, "url"),
            (&mut page.path, "path"),
            (&mut page.title, "title"),
            (&mut page.referrer, "referrer"),
            (&mut page.search, "search"),
        ] {
            if place.is_none() {
                *place = properties.any(&[name]).and_then(context::bounded);
            }
        }
        let of = |plain: &str| {
            properties
                .text(&[plain])
                .or_else(|| self.item.text(&[plain]))
        };
        let name = of("name");
        let view = PageView {
            starts_visit: false,
            content: of("category")
                .or_else(|| name.clone())
                .map(|text| code(&text)),
            source: around.campaign.origin().map(|text| code(&text)),
        };
        let told = Understood::named(Behaviour::Viewed(view));
        let name = name.map(|name| code(&name));
        self.finish(told, name, &properties, flags)
    }

    fn track(&self, context: &Context, flags: &mut Flags) -> Result<Said, Problem> {
        let given = self.item.any(&["event"]).and_then(Value::text);
        let name = given.ok_or(Problem::Missing("event"))?;
        let properties = self.item.object(&["properties"]).unwrap_or_default();
        let told = match names::known(&name) {
            Some(known) => commerce::told(known, &name, &properties, self, context, flags)?,
            None => commerce::unknown(&name, &properties, self, flags),
        };
        let name = Some(name.into_owned());
        Ok(self.finish(told, name, &properties, flags))
    }

    fn finish(
        &self,
        told: Understood,
        name: Option<String>,
        properties: &Object<'_>,
        flags: &mut Flags,
    ) -> Said {
        let mut personal = Gathered::new(self.may(), flags);
        personal.properties(properties, |name| told.holds(name));
        if let Some(words) = &told.words {
            personal.words(words);
        }
        Said {
            behaviour: told.behaviour,
            name,
            personal: personal.finish(),
            products: told.products,
            contact: [None, None],
        }
    }
}

/// The beginning of a text, as much as the domain keeps of a word of the shop.
pub(super) fn code(text: &str) -> String {
    text[..text.floor_char_boundary(CODE_BYTES_MAX)].replace('\0', "")
}

fn is_address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !text.contains(' '))
}

fn is_telephone(text: &str) -> bool {
    text.chars().filter(|sign| sign.is_numeric()).count() >= 5
}
