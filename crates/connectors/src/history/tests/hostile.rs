//! Files that are broken, by accident or on purpose: a precise report, no panic, nothing half
//! done, and no more memory than the bounds.

use std::ops::ControlFlow;

use insta::assert_snapshot;

use super::super::table::{CELL_BYTES_MAX, LINE_BYTES_MAX};
use super::super::{Error, Options, REPORTED_MAX, read};
use super::{HEADER, gzip, options, read_bytes, shown};

const GOOD: &str = "1,ann,2024-01-01,A,1,1\n";

/// Reads lines under the usual header, with a good line before and behind.
fn rejected_among_good(lines: &[u8]) -> Vec<String> {
    let last = GOOD.replace("1,ann", "2,ann");
    let content = [HEADER.as_bytes(), GOOD.as_bytes(), lines, last.as_bytes()].concat();
    let (sorted, rejected) = read_bytes(&content, &options());
    let shown = shown(sorted.unwrap());
    assert!(
        shown.contains("order 1 ") && shown.contains("order 2 "),
        "{shown}"
    );
    rejected
}

#[test]
fn each_broken_line_is_reported_with_its_number_and_costs_no_other() {
    let lines = b"3,ann,2024-01-01,A,NaN,1
3,ann,2024-01-01,A,1,NaN
3,ann,2024-01-01,A,1,inf
3,ann,2024-01-01,A,1,1e5
3,ann,2024-01-01,A,1.5,1
3,ann,2024-01-01,A,0,1
3,ann,2024-01-01,A,99999999999999999999,1
3,ann,2024-01-01,A,1,99999999999999999999999999999
3,ann,2024-01-01,A,1000000000000000000,1
3,ann,2024-01-01,A,1,1000000000000000
3,ann,9999-01-01,A,1,1
3,ann,1969-12-31,A,1,1
3,ann,yesterday,A,1,1
3,ann,,A,1,1
,ann,2024-01-01,A,1,1
3,ann,2024-01-01,,1,1
3,ann,2024-01-01,A,1
3,ann,2024-01-01,A,1,1,1
3,a\0nn,2024-01-01,A,1,1
3,\xff\xfe,2024-01-01,A,1,1
3,\"ann\"x,2024-01-01,A,1,1
3,\"ann,2024-01-01,A,1,1
x
";
    assert_snapshot!(rejected_among_good(lines).join("\n"));
}

#[test]
fn a_quote_that_is_never_closed_costs_its_line() {
    let mut lines = b"3,\"ann,2024-01-01,A,1,1\n".to_vec();
    for order in 0..20_000 {
        lines.extend(format!("9{order},bob,2024-01-01,A,1,1\n").as_bytes());
    }
    let rejected = rejected_among_good(&lines);
    assert_eq!(rejected.len(), 1, "{rejected:?}");
    assert!(
        rejected[0].starts_with("line 3: a quote is not closed"),
        "{}",
        rejected[0]
    );
}

#[test]
fn quotes_may_hold_line_ends_and_stand_within_words() {
    let lines = "3,\"a\nb\r\nc\",2024-01-01,A,1,1\n4,5\" pipe,2024-01-01,A,1,1\n5,x,y,A,1,1\n";
    let rejected = rejected_among_good(lines.as_bytes());
    assert_eq!(rejected.len(), 1);
    assert!(
        rejected[0].starts_with("line 7: the time"),
        "{}",
        rejected[0]
    );
}

#[test]
fn a_record_of_several_lines_tells_where_its_broken_quote_opens() {
    let rejected = rejected_among_good(b"3,\"a\nb\",\"2024-01-01,A,1,1\n");
    assert!(
        rejected[0].starts_with("line 3: a quote"),
        "{}",
        rejected[0]
    );
    assert!(
        rejected[0].ends_with("(the quote opens on line 4)"),
        "{}",
        rejected[0]
    );
}

#[test]
fn long_cells_and_lines_are_refused_without_being_held() {
    let ten_megabytes = 10 * 1024 * 1024;
    let long = |length: usize| "x".repeat(length);
    let lines = [
        format!("3,{},2024-01-01,A,1,1\n", long(ten_megabytes)),
        format!("3,\"{}\",2024-01-01,A,1,1\n", long(ten_megabytes)),
        format!("3,{},2024-01-01,A,1,1\n", long(CELL_BYTES_MAX + 1)),
        format!("3,\"{}\",2024-01-01,A,1,1\n", long(CELL_BYTES_MAX + 1)),
        format!("3,{}\n", "x,".repeat(LINE_BYTES_MAX)),
        format!("3,\"{}\n", "\"\"".repeat(LINE_BYTES_MAX)),
        format!("3,{},2024-01-01,A,1,1\n", long(400)),
    ]
    .concat();
    assert_snapshot!(
        rejected_among_good(lines.as_bytes())
            .join("\n")
            .replace(&long(60), "x…")
    );
}

#[test]
fn a_long_last_line_without_an_end_is_refused() {
    let content = format!("{HEADER}{GOOD}3,{}", "x".repeat(3 * LINE_BYTES_MAX));
    let (sorted, rejected) = read_bytes(content.as_bytes(), &options());
    assert!(sorted.is_ok());
    assert_eq!(rejected.len(), 1);
    assert!(
        rejected[0].starts_with("line 3: the line is longer"),
        "{}",
        rejected[0]
    );
    let content = format!("{HEADER}{GOOD}3,\"ann\nbob");
    let (_, rejected) = read_bytes(content.as_bytes(), &options());
    assert!(
        rejected[0].starts_with("line 3: a quote"),
        "{}",
        rejected[0]
    );
    assert!(
        rejected[1].starts_with("line 4: the line has not as many"),
        "{}",
        rejected[1]
    );
}

#[test]
fn orders_beyond_all_bounds_are_rejected_whole() {
    let mut lines = String::new();
    for _ in 0..20_001 {
        lines += "3,ann,2024-01-01,A,1,1\n";
    }
    for _ in 0..3 {
        lines += "4,ann,2024-01-01,A,1,9000000000000\n";
    }
    let rejected = rejected_among_good(lines.as_bytes());
    assert_eq!(rejected.len(), 20_004);
    assert_snapshot!(rejected[20_000]);
    assert_snapshot!(rejected[20_001]);
}

#[test]
fn files_that_are_none_of_ours_say_so() {
    let refusal = |content: &[u8]| {
        read_bytes(content, &options())
            .0
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default()
    };
    let refusals = [
        refusal(b""),
        refusal(b"\xef\xbb\xbf"),
        refusal(b"\n\r\n\n"),
        refusal(&gzip(b"")),
        refusal(b"PK\x03\x04 and so on"),
        refusal(&[0; 5_000]),
        refusal(&[b'x'; 3_000_000]),
        refusal(b"order_id,\"customer_id\n1,2\n"),
        refusal(&b"a,".repeat(2_000)),
        refusal(b"\x1f\x8b\x08 and then no gzip at all"),
    ];
    assert_snapshot!(refusals.join("\n"));
}

#[test]
fn a_header_alone_is_a_file_without_orders() {
    for content in [HEADER, HEADER.trim_end()] {
        let (sorted, rejected) = read_bytes(content.as_bytes(), &options());
        let mut sorted = sorted.unwrap();
        assert_eq!((sorted.summary().lines_read, rejected.len()), (0, 0));
        assert!(sorted.pieces().next().is_none());
    }
}

#[test]
fn folders_and_missing_files_are_no_files() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = |path: &std::path::Path| {
        let kept = read(path, &options(), &mut |_| Ok(()), &mut |_| {
            ControlFlow::Continue(())
        });
        kept.err().unwrap()
    };
    assert!(matches!(refusal(folder.path()), Error::NotAFile(_)));
    assert!(matches!(
        refusal(&folder.path().join("none.csv")),
        Error::Open(..)
    ));
}

#[test]
fn a_compressed_file_that_ends_too_early_says_how_far_it_came() {
    let mut content = HEADER.to_owned();
    for order in 0..5_000_u64 {
        let noise = order.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        content += &format!("{order},{noise},2024-01-01,A,1,1\n");
    }
    let packed = gzip(content.as_bytes());
    for length in [5, 20, packed.len() / 2, packed.len() - 1] {
        let error = read_bytes(&packed[..length], &options()).0.err().unwrap();
        let Error::Truncated(so_far) = error else {
            panic!("{length}: {error}")
        };
        assert_eq!(
            (so_far.bytes, so_far.bytes_total),
            (length as u64, length as u64)
        );
    }
    let error = read_bytes(&packed[..packed.len() / 2], &options())
        .0
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("nothing was imported"),
        "{error}"
    );
    let mut damaged = packed.clone();
    let middle = packed.len() / 2;
    damaged[middle..middle + 40].fill(0xff);
    let error = read_bytes(&damaged, &options()).0.err().unwrap();
    assert!(
        matches!(error, Error::Gzip(..) | Error::Truncated(..)),
        "{error}"
    );
}

#[test]
fn a_file_that_unpacks_without_end_is_stopped() {
    let bomb = gzip(&vec![b'x'; 40_000_000]);
    let options = Options {
        unpacked_bytes_max: 5_000_000,
        ..options()
    };
    let content = [gzip(HEADER.as_bytes()), bomb].concat();
    assert!(content.len() < 300_000);
    let (sorted, rejected) = read_bytes(&content, &options);
    assert!(matches!(sorted, Err(Error::TooLarge(5_000_000))));
    assert_eq!(rejected.len(), 0);
}

#[test]
fn complaints_are_bounded_and_still_counted() {
    let more = REPORTED_MAX + 10;
    let content = [HEADER.as_bytes(), &b"x\n".repeat(more as usize)].concat();
    let (sorted, rejected) = read_bytes(&content, &options());
    assert_eq!(rejected.len() as u64, REPORTED_MAX);
    let sorted = sorted.unwrap();
    assert_eq!(sorted.summary().lines_rejected.values().sum::<u64>(), more);
    assert_eq!(sorted.summary().lines_read, more);
}

#[test]
fn the_caller_can_stop_it_and_a_sink_that_fails_stops_it() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let content = [HEADER, &GOOD.repeat(20_000), "x\n"].concat();
    std::io::Write::write_all(&mut file, content.as_bytes()).unwrap();
    let mut calls = 0;
    let stopped = read(file.path(), &options(), &mut |_| Ok(()), &mut |_| {
        calls += 1;
        ControlFlow::Break(())
    });
    assert!(matches!(stopped, Err(Error::Stopped)));
    assert_eq!(calls, 1);
    let mut full = |_: super::super::Rejected<'_>| Err(std::io::ErrorKind::StorageFull.into());
    let failed = read(file.path(), &options(), &mut full, &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(matches!(failed, Err(Error::Rejects(_))));
    let nowhere = Options {
        folder: "no such folder".into(),
        budget_bytes: 100,
        ..options()
    };
    let failed = read(file.path(), &nowhere, &mut |_| Ok(()), &mut |_| {
        ControlFlow::Continue(())
    });
    assert!(matches!(failed, Err(Error::Temporary(_))));
}
