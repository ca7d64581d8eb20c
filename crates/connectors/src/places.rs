//! Where an address of the network is, from a file in the MaxMind format that the shop configures.
//!
//! Several makers write such files, free and paid; what their licences ask for is the shop's to
//! see to. The file is read into memory once: one of countries takes a few megabytes, one of
//! towns more than a hundred.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use domain::visits::Places;
use maxminddb::{PathElement, Reader};

/// The longest name of a town that is kept, in bytes.
const TOWN_BYTES_MAX: usize = 60;

/// A file of places.
pub struct PlacesFile {
    reader: Reader<Vec<u8>>,
}

impl fmt::Debug for PlacesFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlacesFile({})", self.reader.metadata().database_type)
    }
}

impl PlacesFile {
    /// Opens a file.
    ///
    /// # Errors
    /// A sentence when it cannot be read or is no such file.
    pub fn open(path: &Path) -> Result<Self, String> {
        let reader = Reader::open_readfile(path);
        reader
            .map(|reader| Self { reader })
            .map_err(|error| format!("{}: {error}", path.display()))
    }

    /// The text at the first of these paths, whose names differ from maker to maker.
    fn text(&self, address: IpAddr, paths: &[&[&str]]) -> Option<String> {
        let found = self.reader.lookup(address).ok()?;
        let mut texts = paths.iter().filter_map(|path| {
            let path: Vec<PathElement<'_>> = path.iter().map(|it| PathElement::Key(it)).collect();
            found.decode_path::<String>(&path).ok().flatten()
        });
        texts.find(|text| !text.is_empty())
    }
}

impl Places for PlacesFile {
    fn place(&self, address: &str) -> Option<String> {
        let address: IpAddr = address.parse().ok()?;
        let country = self.text(address, &[&["country", "iso_code"], &["country_code"]])?;
        let is_code = country.len() == 2 && country.bytes().all(|it| it.is_ascii_alphabetic());
        let country = country.to_ascii_uppercase();
        let town = self.text(address, &[&["city", "names", "en"], &["city"]]);
        is_code.then(|| match town {
            Some(town) => {
                let town = &town[..town.floor_char_boundary(TOWN_BYTES_MAX)];
                format!("{country} {town}")
            }
            None => country,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use testkit::mmdb::{Record, mmdb};

    fn file(records: &[([u8; 4], u8, Record<'_>)]) -> PlacesFile {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("places.mmdb");
        std::fs::write(&path, mmdb(records)).expect("it is written");
        PlacesFile::open(&path).expect("a file of places")
    }

    #[test]
    fn places_are_found_in_the_words_of_several_makers() {
        let places = file(&[
            ([5, 0, 0, 0], 8, Record::Nested("IR", Some("Tehran"))),
            ([9, 9, 0, 0], 16, Record::Nested("tw", None)),
            ([8, 8, 8, 0], 24, Record::Flat("DE", Some("Bonn"))),
            ([1, 2, 3, 4], 32, Record::Flat("", None)),
        ]);
        let check = |address: &str, expected: Option<&str>| {
            assert_eq!(places.place(address).as_deref(), expected, "{address}");
        };
        check("5.1.2.3", Some("IR Tehran"));
        check("9.9.1.1", Some("TW"));
        check("8.8.8.8", Some("DE Bonn"));
        check("8.8.9.8", None);
        check("1.2.3.4", None);
        check("127.0.0.1", None);
        check("::1", None);
    }

    #[test]
    fn what_is_no_file_of_places_is_refused_in_a_sentence() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("places.mmdb");
        let missing = PlacesFile::open(&path).expect_err("there is none");
        assert!(missing.contains("places.mmdb"), "{missing}");
        std::fs::write(&path, b"a text").expect("it is written");
        assert!(PlacesFile::open(&path).is_err());
    }
}
