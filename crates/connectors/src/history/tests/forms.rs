//! The forms in which shops write their orders, and what they come to.

use domain::events::LineKind;
use insta::assert_snapshot;

use super::super::{Asked, DateOrder, KindRule, Mapping, Options};
use super::{HEADER, gzip, options, read_bytes, shown};

/// What a file of these lines comes to; no line may be rejected.
fn check(content: &str) -> String {
    let (sorted, rejected) = read_bytes(content.as_bytes(), &options());
    assert_eq!(rejected, Vec::<String>::new());
    shown(sorted.unwrap())
}

/// As [`check`], with the usual header recognised and then changed.
fn check_with(change: impl Fn(&mut Mapping), content: &str) -> (String, Vec<String>) {
    let header: Vec<String> = HEADER.trim().split(',').map(str::to_owned).collect();
    let mut mapping = Mapping::recognise(&header, &Asked::default(), &options().defaults).unwrap();
    change(&mut mapping);
    let options = Options {
        mapping: Some(mapping),
        ..options()
    };
    let (sorted, rejected) = read_bytes(format!("{HEADER}{content}").as_bytes(), &options);
    (shown(sorted.unwrap()), rejected)
}

#[test]
fn every_column_and_scattered_lines() {
    let content = "Order ID;E-Mail;Customer;Order Date;SKU;Qty;Price;Currency;Channel;Country;Title
7;Sara@Example.com;s1;2024-03-02 10:00;A;2;1.50;EUR;app;IR;Lamp
9;;s2;2024-03-01 09:00;B;1;3;usd;;;\"A \"\"big\"\" box; red\"
7;Sara@Example.com;s1;2024-03-02 09:59;B;1;0;EUR;app;IR;Box
8;li@example.com;;2024-03-01;A;1;1.505;EUR;store;TW;Lantern
6;;s1;2024-03-01;A;10;1.5;;;;
";
    assert_snapshot!(check(content), @r#"
    product A = Lamp
    product B = A "big" box; red
    customer user_id:s1 email:sara@example.com
      order 6  2024-03-01T00:00:00.000Z web: 10×A=1500
      order 7 IR 2024-03-02T09:59:00.000Z app: 2×A=300 1×B=0
    customer user_id:s2
      order 9  2024-03-01T09:00:00.000Z web: 1×B=300
    customer email:li@example.com
      order 8 TW 2024-03-01T00:00:00.000Z store: 1×A=150
    "#);
}

#[test]
fn spreadsheets_write_tabs_crlf_marks_and_packed_files() {
    let plain = check("order;sku;qty;price;date\n1;A;1;2;2024-01-01\n");
    let tabs = "\u{feff}order\tsku\tqty\tprice\tdate\r\n\r\n1\tA\t1\t2\t2024-01-01";
    assert_eq!(check(tabs), plain);
    let (sorted, _) = read_bytes(&gzip(tabs.as_bytes()), &options());
    assert_eq!(shown(sorted.unwrap()), plain);
    let mut members = gzip(&tabs.as_bytes()[..20]);
    members.extend(gzip(&tabs.as_bytes()[20..]));
    let (sorted, _) = read_bytes(&members, &options());
    assert_eq!(
        shown(sorted.unwrap()),
        plain,
        "gzip files one after the other"
    );
    let utf_16: Vec<u8> = tabs.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (sorted, _) = read_bytes(&utf_16, &options());
    assert_eq!(shown(sorted.unwrap()), plain, "UTF-16 with its mark");
}

#[test]
fn returns_discounts_and_corrections() {
    let change = |mapping: &mut Mapping| {
        mapping.refund_prefix = Some("C".to_owned());
        mapping.adjustment_prefix = Some("A".to_owned());
        let codes = vec!["POST".to_owned(), "gift_*".to_owned()];
        mapping.kinds = vec![KindRule {
            kind: LineKind::Postage,
            codes,
        }];
    };
    let content = "1,ann,2024-01-01,X,2,10
1,ann,2024-01-01,X,-1,10
1,ann,2024-01-01,RABATT,1,-3
1,ann,2024-01-01,POST,1,4
2,ann,2024-01-02,Y,-1,5
C3,ann,2024-01-03,X,-1,10
C3,ann,2024-01-03,gift_20,-1,4
4,,2024-01-04,X,3,10
4,,2024-01-04,X,-1,10
4,,2024-01-04,Z,-7,0
4,,2024-01-04,Z,1,-2
C5,,2024-01-05,POST,-1,4
A6,ann,2024-01-06,DEBT,1,99
";
    let (shown, rejected) = check_with(change, content);
    assert_eq!(rejected, Vec::<String>::new());
    assert_snapshot!(shown);
}

#[test]
fn signs_that_contradict_each_other_are_rejected() {
    let change = |mapping: &mut Mapping| mapping.refund_prefix = Some("C".to_owned());
    let content = "1,ann,2024-01-01,X,-2,-10\nC2,ann,2024-01-01,X,2,10\nC2,,2024-01-01,X,-1,-1\n";
    let (shown, rejected) = check_with(change, content);
    assert_eq!(shown, "");
    assert_snapshot!(rejected.join("\n"));
}

#[test]
fn an_order_belongs_to_the_customer_of_its_first_line_that_names_one() {
    let content = format!(
        "{}1,,2024-01-01,A,1,1,,GBP
1,ann,2024-01-01,B,1,1,,GBP
1,bob,2024-01-01,C,1,1,,GBP
1,ann,2024-01-01,D,1,1,ann@example.com,GBP
1,,2024-01-01,E,1,1,ann@example.com,GBP
1,,2024-01-01,F,1,1,bob@example.com,GBP
1,ann,2024-01-01,G,1,1,,EUR
",
        HEADER.replace('\n', ",email,currency\n")
    );
    let (sorted, rejected) = read_bytes(content.as_bytes(), &options());
    assert_snapshot!(shown(sorted.unwrap()), @r"
    customer user_id:ann email:ann@example.com
      order 1  2024-01-01T00:00:00.000Z web: 1×A=100 1×B=100 1×D=100 1×E=100
    ");
    assert_snapshot!(rejected.join("\n"));
}

#[test]
fn what_programs_write_for_nothing_is_nobody() {
    let content = format!("{HEADER}1,NULL,2024-01-01,A,1,1\n2,nan,2024-01-01,A,1,1\n");
    assert!(!check(&content).contains("customer"));
}

#[test]
fn other_orders_of_day_and_month_are_read_when_they_are_said() {
    let lines = "1,ann,12/1/2010 8:26,A,1,1\n";
    let (first, _) = check_with(|mapping| mapping.date_order = DateOrder::MonthFirst, lines);
    assert!(first.contains("2010-12-01T08:26:00"), "{first}");
    let (second, _) = check_with(|mapping| mapping.date_order = DateOrder::DayFirst, lines);
    assert!(second.contains("2010-01-12T08:26:00"), "{second}");
    let (_, rejected) = check_with(|_| {}, lines);
    assert_eq!(rejected.len(), 1, "it is not guessed");
}

#[test]
fn other_encodings_are_read_when_they_are_said() {
    let content = b"1,M\xfcller,2024-01-01,A,1,1\n";
    let file = [HEADER.as_bytes(), content].concat();
    let (_, rejected) = read_bytes(&file, &options());
    assert_snapshot!(rejected.join("\n"));
    let header: Vec<String> = HEADER.trim().split(',').map(str::to_owned).collect();
    let mut mapping = Mapping::recognise(&header, &Asked::default(), &options().defaults).unwrap();
    mapping.encoding = Some("windows-1252".to_owned());
    let options = Options {
        mapping: Some(mapping.clone()),
        ..options()
    };
    let (sorted, rejected) = read_bytes(&file, &options);
    assert_eq!(rejected, Vec::<String>::new());
    assert!(shown(sorted.unwrap()).starts_with("customer user_id:Müller"));
    mapping.encoding = Some("windows-9999".to_owned());
    let (sorted, _) = read_bytes(
        &file,
        &Options {
            mapping: Some(mapping),
            ..options
        },
    );
    assert_snapshot!(sorted.err().unwrap());
}

#[test]
fn an_amount_of_the_line_counts_before_the_price_of_a_unit() {
    let content = "order,customer,date,sku,qty,price,line total\n1,ann,2024-01-01,A,3,0.33,1\n";
    assert!(check(content).contains("3×A=100"));
}

#[test]
fn headers_that_cannot_be_understood_say_what_is_missing() {
    let refusal = |content: &str| {
        read_bytes(content.as_bytes(), &options())
            .0
            .err()
            .unwrap()
            .to_string()
    };
    assert_snapshot!(refusal("name;price;colour\nLamp;1;red\n"));
    assert_snapshot!(refusal("order,sku,qty,price,date,Price\n"));
    let header: Vec<String> = HEADER.trim().split(',').map(str::to_owned).collect();
    let mapping = Mapping::recognise(&header, &Asked::default(), &options().defaults).unwrap();
    let options = Options {
        mapping: Some(mapping),
        ..options()
    };
    let content = b"order_id,ordered_at,product_id,units,unit_price\n";
    assert_snapshot!(read_bytes(content, &options).0.err().unwrap());
}

#[test]
fn a_long_history_comes_in_pieces_that_split_no_order() {
    let mut content = HEADER.to_owned();
    for order in 0..30 {
        for line in 0..400 {
            content += &format!("{order:02},ann,2024-01-01,P{line},1,1\n");
        }
    }
    let (sorted, _) = read_bytes(content.as_bytes(), &options());
    let shown = shown(sorted.unwrap());
    assert_eq!(shown.matches("customer user_id:ann").count(), 3);
    assert_eq!(shown.matches("  order ").count(), 30);
}

#[test]
fn a_file_can_be_read_on_one_thread_and_handed_on_by_another() {
    fn assert_send<T: Send>(_: &T) {}
    let (sorted, _) = read_bytes(HEADER.as_bytes(), &options());
    assert_send(&sorted.unwrap());
    let (missing, _) = read_bytes(b"", &options());
    assert_send(&missing.err().unwrap());
}
