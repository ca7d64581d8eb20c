//! A small file of places in the MaxMind format, version 4 addresses only, for tests.

/// What the file says of a network.
#[derive(Debug, Clone, Copy)]
pub enum Record<'a> {
    /// Country and town as most makers write them: names within names.
    Nested(&'a str, Option<&'a str>),
    /// The same side by side.
    Flat(&'a str, Option<&'a str>),
}

/// A branch of the tree: nothing, another node, or the place of a record among the data.
#[derive(Clone, Copy)]
enum Branch {
    Nothing,
    Node(usize),
    Data(usize),
}

const MAP: u8 = 7;
const TEXT: u8 = 2;
const U16: u8 = 5;
const U32: u8 = 6;
/// Types beyond 7 are written as 0 and their number less 7.
const U64: u8 = 2;
const LIST: u8 = 4;

/// Between the tree and the data.
const GAP: usize = 16;

/// The file: networks by their first address and the length of their prefix.
#[must_use]
pub fn mmdb(records: &[([u8; 4], u8, Record<'_>)]) -> Vec<u8> {
    let mut data = Vec::new();
    let mut nodes = vec![[Branch::Nothing; 2]];
    for (address, length, record) in records {
        let place = data.len();
        write_record(&mut data, *record);
        let bits = u32::from_be_bytes(*address);
        let mut node = 0;
        for depth in 0..*length {
            let side = usize::from((bits >> (31 - depth)) & 1 == 1);
            if depth + 1 == *length {
                nodes[node][side] = Branch::Data(place);
                break;
            }
            node = match nodes[node][side] {
                Branch::Node(next) => next,
                _ => {
                    nodes.push([Branch::Nothing; 2]);
                    let next = nodes.len() - 1;
                    nodes[node][side] = Branch::Node(next);
                    next
                }
            };
        }
    }
    let count = nodes.len();
    let mut file = Vec::new();
    for branch in nodes.into_iter().flatten() {
        let value = match branch {
            Branch::Nothing => count,
            Branch::Node(node) => node,
            Branch::Data(place) => count + GAP + place,
        };
        let value = u32::try_from(value).expect("a small file");
        file.extend_from_slice(&value.to_be_bytes()[1..]);
    }
    file.extend_from_slice(&[0; GAP]);
    file.extend(data);
    file.extend_from_slice(b"\xab\xcd\xefMaxMind.com");
    write_metadata(&mut file, u32::try_from(count).expect("a small file"));
    file
}

fn write_record(out: &mut Vec<u8>, record: Record<'_>) {
    match record {
        Record::Nested(country, town) => {
            head(out, MAP, 1 + usize::from(town.is_some()));
            text(out, "country");
            head(out, MAP, 1);
            pair(out, "iso_code", country);
            if let Some(town) = town {
                text(out, "city");
                head(out, MAP, 1);
                text(out, "names");
                head(out, MAP, 1);
                pair(out, "en", town);
            }
        }
        Record::Flat(country, town) => {
            head(out, MAP, 1 + usize::from(town.is_some()));
            pair(out, "country_code", country);
            if let Some(town) = town {
                pair(out, "city", town);
            }
        }
    }
}

fn write_metadata(out: &mut Vec<u8>, nodes: u32) {
    head(out, MAP, 9);
    text(out, "node_count");
    head(out, U32, 4);
    out.extend_from_slice(&nodes.to_be_bytes());
    for (name, value) in [
        ("record_size", 24),
        ("ip_version", 4),
        ("binary_format_major_version", 2),
        ("binary_format_minor_version", 0),
    ] {
        text(out, name);
        head(out, U16, 2);
        out.extend_from_slice(&u16::to_be_bytes(value));
    }
    pair(out, "database_type", "Test");
    text(out, "languages");
    out.extend_from_slice(&[0, LIST]);
    text(out, "description");
    head(out, MAP, 0);
    text(out, "build_epoch");
    out.extend_from_slice(&[1, U64, 1]);
}

fn pair(out: &mut Vec<u8>, name: &str, value: &str) {
    text(out, name);
    text(out, value);
}

fn text(out: &mut Vec<u8>, text: &str) {
    head(out, TEXT, text.len());
    out.extend_from_slice(text.as_bytes());
}

/// Type and size; sizes of tests are small.
fn head(out: &mut Vec<u8>, kind: u8, size: usize) {
    let size = u8::try_from(size).expect("a small file");
    assert!(size < 29, "longer ones are written otherwise");
    out.push(kind << 5 | size);
}
