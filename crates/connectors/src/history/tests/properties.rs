//! What holds for any file: the order of lines and the memory change nothing, random bytes do no
//! harm, and lines split as the `csv` crate splits them.

use proptest::prelude::*;

use super::super::source::Source;
use super::super::split::Lines;
use super::super::table::{Next, Table};
use super::super::{Asked, Mapping, Options};
use super::{HEADER, gzip, in_any_order, options, read_bytes, shown};

/// A line of a small world in which orders, customers and products meet often. A customer
/// follows from the order, because whose an order is goes by its first line.
fn line() -> impl Strategy<Value = String> {
    (0..12_u32, 0..3_u32, 0..5_u32, -3..4_i64, -2..300_i64).prop_map(
        |(order, hour, product, quantity, price)| {
            let prefix = ["", "", "", "C", "A"][(order % 5) as usize];
            let customer = ["ann", "bob", "", "cy", "ann"][(order % 5) as usize];
            format!(
                "{prefix}{order},{customer},2024-01-0{}T0{hour}:00:00,P{product},{quantity},{}.5",
                order % 9 + 1,
                price
            )
        },
    )
}

fn read_lines(lines: &[String], budget_bytes: usize) -> (String, Vec<String>) {
    let header = HEADER.replace('\n', ",title\n");
    let titled = |line: &String| format!("{line},Title of {}\n", line.len());
    let content = header.clone() + &lines.iter().map(titled).collect::<String>();
    let header: Vec<String> = header.trim().split(',').map(str::to_owned).collect();
    let mut mapping = Mapping::recognise(&header, &Asked::default(), &options().defaults).unwrap();
    mapping.refund_prefix = Some("C".to_owned());
    mapping.adjustment_prefix = Some("A".to_owned());
    let options = Options {
        mapping: Some(mapping),
        budget_bytes,
        ..options()
    };
    in_any_order(content.as_bytes(), &options)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_of_lines_and_any_budget_give_the_same_pieces(
        (lines, shuffled) in prop::collection::vec(line(), 0..150)
            .prop_flat_map(|lines| (Just(lines.clone()), Just(lines).prop_shuffle())),
        budget_bytes in 1_usize..20_000,
    ) {
        let roomy = read_lines(&lines, Options::BUDGET_BYTES);
        prop_assert_eq!(&read_lines(&lines, budget_bytes), &roomy);
        prop_assert_eq!(&read_lines(&shuffled, budget_bytes), &roomy);
    }

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read_bytes(&bytes, &options());
        let under_header = [HEADER.as_bytes(), &bytes].concat();
        let (sorted, _) = read_bytes(&under_header, &options());
        shown(sorted.unwrap());
        let mut packed = gzip(&under_header);
        let place = bytes.len() % packed.len();
        packed[place] ^= 0x55;
        let _ = read_bytes(&packed, &options());
    }

    #[test]
    fn random_cells_do_no_harm(cells in "[-,;\"\r\n 0-9a-zC.:۰é\\x00]{0,400}") {
        let (sorted, _) = read_bytes((HEADER.to_owned() + &cells).as_bytes(), &options());
        shown(sorted.unwrap());
    }

    #[test]
    fn well_formed_lines_split_as_the_csv_crate_splits_them(
        rows in prop::collection::vec(
            prop::collection::vec("[a-zé,;\"\r\n ]{0,12}", 3..4),
            1..20,
        ),
        ends_in_crlf in any::<bool>(),
    ) {
        let terminator = if ends_in_crlf { csv::Terminator::CRLF } else { Default::default() };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["one", "two", "three"]).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, &writer.into_inner().unwrap()).unwrap();
        let mut lines = Lines::new(Source::open(file.path(), None, u64::MAX).unwrap());
        prop_assert_eq!(lines.header().unwrap(), ["one", "two", "three"]);
        for row in rows {
            let Next::Line(_) = lines.next().unwrap() else { panic!("a line for {row:?}") };
            let cells: Vec<_> =
                (0..3).map(|place| String::from_utf8_lossy(lines.cell(place))).collect();
            prop_assert_eq!(cells, row);
        }
        prop_assert!(matches!(lines.next().unwrap(), Next::End));
    }
}
