//! A body as it came: what key it bears, how it is packed, what it says.

use std::io::Read;

use app::App;
use app::settings::KeyKind;
use app::trust::{KeyHolder, TrustRefusal};
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::events::{Sender, ToldBatch};
use domain::trust::Permission;
use flate2::read::MultiGzDecoder;

use super::{BODY_BYTES_MAX, ReadMessages, Sent};
use crate::door::Load;
use crate::errors::Refusal;

/// The type that an address names; none for a batch.
pub(super) fn kind_of(path: &str) -> Option<&'static str> {
    let last = path.trim_end_matches('/').rsplit('/').next()?;
    ["identify", "track", "page", "screen", "group", "alias"]
        .into_iter()
        .find(|kind| *kind == last || &kind[..1] == last)
}

/// What some senders pack without saying so is found out by its first bytes.
pub(super) fn is_packed(headers: &HeaderMap) -> bool {
    let encoding = headers.get(header::CONTENT_ENCODING);
    encoding.is_some_and(|it| it.as_bytes().eq_ignore_ascii_case(b"gzip"))
}

/// The key in the headers: `Basic` with the key for a name and no password, with the colon or
/// without; `Bearer`; or a header of its own.
pub(super) fn key_in(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let own = text(HeaderName::from_static("x-write-key")).map(str::to_owned);
    let Some(given) = text(header::AUTHORIZATION) else {
        return Ok(own);
    };
    let (scheme, value) = given.split_once(' ').unwrap_or_default();
    let value = value.trim();
    if scheme.eq_ignore_ascii_case("bearer") {
        return Ok(Some(value.to_owned()));
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(Refusal::NoKey);
    }
    let decoded = BASE64_STANDARD.decode(value).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.ok_or(Refusal::NoKey)?;
    let name = decoded.split(':').next().unwrap_or_default();
    Ok(Some(name.to_owned()))
}

/// A body as it came.
pub(super) struct Posted {
    pub(super) bytes: Bytes,
    pub(super) is_packed: bool,
    pub(super) key: Option<String>,
    pub(super) kind: Option<&'static str>,
    /// What it holds of the room for bodies; none when it is empty.
    pub(super) load: Option<Load>,
    pub(super) read: ReadMessages,
}

impl Posted {
    /// Who sends what, and in `sent` as much of it as is known when it is refused. The key may
    /// stand in a header, in the body, or in both, and then alike.
    pub(super) fn open(
        &self,
        app: &App,
        sent: &mut Sent,
    ) -> Result<(KeyHolder, ToldBatch), Refusal> {
        sent.said_key.clone_from(&self.key);
        let holder = self.key.as_deref().map(|key| holder_of(app, key));
        let holder = holder.transpose()?;
        sent.source = holder.map(|it| it.id);
        let unpacked = self.unpacked()?;
        let body = unpacked.as_deref().unwrap_or(&self.bytes);
        let mut sender = {
            let in_force = app.in_force();
            Sender {
                at: app.now(),
                currency: in_force.settings.currency,
                zone: in_force.settings.zone.clone(),
                is_secret: holder.is_some_and(|it| it.kind == KeyKind::Secret),
                schemas: in_force.settings.events.clone(),
            }
        };
        let told = (self.read)(body, self.kind, &sender).map_err(Refusal::Unreadable)?;
        match (holder, told.write_key.as_deref()) {
            (None, None) => Err(Refusal::NoKey),
            (Some(_), Some(key)) if self.key.as_deref() != Some(key) => Err(Refusal::TwoKeys),
            (Some(holder), _) => Ok((holder, told)),
            (None, Some(key)) => {
                sent.said_key = Some(key.to_owned());
                let holder = holder_of(app, key)?;
                sent.source = Some(holder.id);
                if holder.kind != KeyKind::Secret {
                    return Ok((holder, told));
                }
                // What the shop itself says is more than a claim: it is read again as such.
                sender.is_secret = true;
                let told = (self.read)(body, self.kind, &sender).map_err(Refusal::Unreadable)?;
                Ok((holder, told))
            }
        }
    }

    /// The body without its packing. What it unpacks to is bounded while it is unpacked: its size
    /// on the wire says nothing.
    pub(super) fn unpacked(&self) -> Result<Option<Vec<u8>>, Refusal> {
        if !self.is_packed && !self.bytes.starts_with(b"\x1f\x8b") {
            return Ok(None);
        }
        let mut unpacked = Vec::new();
        let most = BODY_BYTES_MAX as u64 + 1;
        let mut reader = MultiGzDecoder::new(&self.bytes[..]).take(most);
        if reader.read_to_end(&mut unpacked).is_err() {
            return Err(Refusal::Unreadable("the body is no gzip".to_owned()));
        }
        if unpacked.len() > BODY_BYTES_MAX {
            return Err(Refusal::TooLarge);
        }
        let load = self.load.as_ref();
        load.map_or(Ok(()), |load| load.grow(unpacked.len()))?;
        Ok(Some(unpacked))
    }
}

/// Who bears a key that may send events.
pub(super) fn holder_of(app: &App, key: &str) -> Result<KeyHolder, Refusal> {
    let holder = app.key_open(key)?.ok_or(Refusal::UnknownKey)?;
    match holder.scopes.has(Permission::SendEvents) {
        true => Ok(holder),
        false => Err(TrustRefusal::NotPermitted(Permission::SendEvents).into()),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn addresses_name_types_by_word_and_by_letter() {
        let check = |path: &str, kind: Option<&str>| assert_eq!(kind_of(path), kind, "{path}");
        check("/v1/batch", None);
        check("/v1/b/", None);
        check("/v1/track", Some("track"));
        check("/v1/t/", Some("track"));
        check("/v1/identify", Some("identify"));
        check("/v1/s", Some("screen"));
    }

    #[test]
    fn keys_are_found_in_every_header_that_senders_use() {
        let check = |name: &'static str, value: &str, expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            let value = HeaderValue::from_str(value).expect("a header");
            headers.insert(HeaderName::from_static(name), value);
            let found = key_in(&headers).expect("a key or none");
            assert_eq!(found.as_deref(), expected, "{name}");
        };
        let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
        check("authorization", &basic("write_1:"), Some("write_1"));
        check("authorization", &basic("write_1"), Some("write_1"));
        check("authorization", &basic("write_1:password"), Some("write_1"));
        check("authorization", "Bearer write_1", Some("write_1"));
        check("x-write-key", "write_1", Some("write_1"));
        check("accept", "*/*", None);
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static("Basic !!"));
        assert!(key_in(&headers).is_err());
    }
}
