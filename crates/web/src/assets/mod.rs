//! Files that pages load: one style sheet and one small module, named by their content; and the
//! tracker, which the shop's own pages load.

mod tracker;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::errors::Refusal;
use crate::gate::{Gate, Routes};

/// A file with the type that a browser is told.
struct Asset {
    name: String,
    media: &'static str,
    text: &'static str,
}

/// The file's name changes with its content, so a browser may keep it for ever.
static ASSETS: LazyLock<[Asset; 3]> = LazyLock::new(|| {
    let named = |start: &str, end: &str, media, text: &'static str| Asset {
        name: format!("{start}-{:016x}.{end}", fingerprint(text)),
        media,
        text,
    };
    [
        named(
            "fanous",
            "css",
            "text/css; charset=utf-8",
            include_str!("fanous.css"),
        ),
        named(
            "fanous",
            "js",
            "text/javascript; charset=utf-8",
            include_str!("fanous.js"),
        ),
        named("fanous", "svg", "image/svg+xml", include_str!("lamp.svg")),
    ]
});

/// FNV-1a: no secret, only another name for another content.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The style sheet itself, for drawings that take its rules along.
pub(crate) fn style_text() -> &'static str {
    ASSETS[0].text
}

/// The variables of the style sheet: those of light, or those that dark has instead.
pub(crate) fn variables(is_dark: bool) -> BTreeMap<String, String> {
    variables_of(style_text(), is_dark)
}

/// As [`variables`], of a sheet: its first block is that of light, the second that of dark.
pub(crate) fn variables_of(sheet: &str, is_dark: bool) -> BTreeMap<String, String> {
    let mut blocks = sheet.split(":root {").skip(1);
    let block = blocks.nth(usize::from(is_dark)).unwrap_or_default();
    let block = block.split('}').next().unwrap_or_default();
    let lines = block.split(';').filter_map(|line| line.split_once(':'));
    lines
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

/// The address of the style sheet.
pub(crate) fn style_address() -> String {
    format!("/assets/{}", ASSETS[0].name)
}

/// The address of the module.
pub(crate) fn script_address() -> String {
    format!("/assets/{}", ASSETS[1].name)
}

/// The address of the sign.
pub(crate) fn sign_address() -> String {
    format!("/assets/{}", ASSETS[2].name)
}

pub(crate) fn routes() -> Routes {
    Routes::default()
        .get("/assets/{name}", Gate::Anybody, asset)
        .get("/fanous.js", Gate::Anybody, tracker::tracker)
}

async fn asset(Path(name): Path<String>) -> Result<Response, Refusal> {
    let found = ASSETS.iter().find(|asset| asset.name == name);
    let asset = found.ok_or(Refusal::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, asset.media),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, asset.text).into_response())
}
