//! Files of every kind: how they are recognised, what is refused, and what holds for any of them.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::super::{Asked, Columns, Error, Kind, Mapping, Options, Use};
use super::{in_any_order, options, read_bytes, shown};

fn asking(kind: Option<Kind>, columns: &[(&str, &str)]) -> Options {
    let mut asked = Asked {
        kind,
        ..Asked::default()
    };
    for (field, column) in columns {
        asked.columns.set(field, column);
    }
    Options { asked, ..options() }
}

/// What a file comes to, with what was rejected.
fn check(content: &str, options: &Options) -> String {
    let (sorted, rejected) = read_bytes(content.as_bytes(), options);
    let sorted = match sorted {
        Ok(sorted) => sorted,
        Err(error) => return error.to_string(),
    };
    let rejected: String = rejected
        .iter()
        .map(|one| format!("rejected {one}\n"))
        .collect();
    shown(sorted) + &rejected
}

#[test]
fn a_header_says_what_a_file_tells_of() {
    let kind = |header: &str| {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        let mapping = Mapping::recognise(&header, &Asked::default(), &options().defaults);
        mapping.map_or_else(|error| error.to_string(), |it| it.kind.word().to_owned())
    };
    let check =
        |header: &str, expected: Kind| assert_eq!(kind(header), expected.word(), "{header}");
    check(
        "Order Number,Order Date,SKU,Qty,Price,Customer ID",
        Kind::Orders,
    );
    check("refund no,order no,date,sku,qty,amount", Kind::Refunds);
    check(
        "Credit Note,Customer,Returned At,Refund Amount",
        Kind::Refunds,
    );
    check("id,first_name,last_name,email,created_at", Kind::Customers);
    check(
        "Customer ID,First Name,Email,Accepts Email Marketing,Default Address City",
        Kind::Customers,
    );
    check("phone,name", Kind::Customers);
    check("id,title,cost per item,type", Kind::Products);
    check("sku,name,unit cost", Kind::Products);
    check("id,name,email", Kind::Customers);
    check("review id,email,sku,stars,body,date", Kind::Reviews);
    check("order,delivered on,tracking number", Kind::Deliveries);
    check("email,purpose,status,date", Kind::Consents);
    assert!(kind("colour,size").contains("no column for order_id"));
}

#[test]
fn columns_can_be_named_and_what_was_named_is_no_other_field() {
    let content = "InvoiceNo,When,Item,Price,Qty,Date\n1,2024-01-01,A,2.50,2,2024-02-02\n";
    let options = asking(None, &[("ordered_at", "When"), ("product_id", "Item")]);
    let nobody = check(content, &options);
    assert!(nobody.starts_with("nobody 1 2024-01-01T00:00:00.000Z EUR lines 1 items 2: 500"));
    let (sorted, _) = read_bytes(content.as_bytes(), &options);
    let columns = sorted.unwrap().columns().to_vec();
    assert_eq!(columns[5], ("Date".to_owned(), Use::LeftOut));
    assert_eq!(columns[1], ("When".to_owned(), Use::Field("ordered_at")));
    let unknown = asking(Some(Kind::Reviews), &[("colour", "Item")]);
    let refused = check(content, &unknown);
    assert!(refused.starts_with("a file of reviews has no “colour”; it can have review_id,"));
    let missing = asking(None, &[("ordered_at", "Wann"), ("product_id", "Item")]);
    assert!(check(content, &missing).contains("ordered_at stands in “Wann”"));
}

#[test]
fn a_mapping_is_the_same_after_it_was_written_down() {
    for header in [
        "sku,title,cost",
        "order,date,sku,qty,price",
        "email,rating,date",
    ] {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        let recognised = Mapping::recognise(&header, &Asked::default(), &options().defaults);
        let recognised = recognised.unwrap();
        let text = serde_json::to_string(&recognised).unwrap();
        assert_eq!(
            serde_json::from_str::<Mapping>(&text).unwrap(),
            recognised,
            "{text}"
        );
    }
    let unknown = r#"{"columns":{"order_id":"A","colour":"B"},"currency":"EUR","zone":"UTC"}"#;
    let mapping: Mapping = serde_json::from_str(unknown).unwrap();
    let options = Options {
        mapping: Some(mapping),
        ..options()
    };
    assert!(check("A,B\n", &options).contains("has no “colour”"));
    assert!(Columns::default().is_empty());
}

#[test]
fn each_broken_row_is_reported_and_costs_no_other() {
    let long = "x".repeat(2_001);
    let files = [
        format!("customer_id,email,name\n,,Ann\n,nobody,Bob\nc-1,,{long}\nc-2,,Cy\n"),
        "sku,title,cost,category\n,Cup,1,x\nA,Cup,-1,x\nB,Cup,1e3,x\nC,Cup,2.00005,x\n".to_owned(),
        "customer,rating,date\na,0,2024-01-01\na,6,2024-01-01\na,4.5,2024-01-01\n\
         ,5,2024-01-01\na,5,then\na,5.0,2024-01-01\n"
            .to_owned(),
        "order,delivered at\n,2024-01-01\n1,\n2,2024-01-01\n".to_owned(),
        "customer,purpose,granted,at\na,world,yes,2024-01-01\na,email,perhaps,2024-01-01\n\
         a,email,Opted-In,2024-01-01\n"
            .to_owned(),
        "refund id,customer,date,amount\n,a,2024-01-01,1\nR1,a,2024-01-01,x\n\
         R2,a,2024-01-01,-3\nR2,b,2024-01-01,1\n"
            .to_owned(),
    ];
    let told: Vec<String> = files.iter().map(|file| check(file, &options())).collect();
    assert_snapshot!(told.join("\n"));
}

#[test]
fn what_is_no_line_of_json_is_refused_and_costs_no_other() {
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(50_000), "]".repeat(50_000));
    let wide: Vec<String> = (0..3_000).map(|n| format!("\"f{n}\":{n}")).collect();
    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(2_000_000));
    let cell = format!(
        "{{\"customer_id\":\"c\",\"text\":\"{}\"}}",
        "x".repeat(70_000)
    );
    let lines = [
        r#"{"customer_id":"c-1","rating":5,"date":"2024-01-01","text":"good"}"#,
        r#"{"customer_id":"c-1","rating":5,"#,
        "[1,2]",
        "null",
        &deep,
        &format!("{{{}}}", wide.join(",")),
        &long,
        &cell,
        r#"{"customer_id":"c\u0000","rating":5,"date":"2024-01-01"}"#,
        "",
        r#"{"customer_id":"c-2","rating":1e400,"date":"2024-01-01"}"#,
        r#"{"customer_id":{"id":1},"rating":4,"date":"2024-01-01"}"#,
        r#"{"customer_id":"c-3","rating":4,"date":"2024-01-01","late":1}"#,
    ];
    assert_snapshot!(check(&lines.join("\n"), &options()));
    let mut latin: Vec<u8> = lines[0].into();
    latin.extend(b"\n{\"customer_id\":\"\xff\"}\n");
    let (sorted, rejected) = read_bytes(&latin, &options());
    assert_eq!(sorted.unwrap().summary().lines_accepted, 1);
    assert!(rejected[0].contains("not text"), "{rejected:?}");
    let list = br#"[{"customer_id":"c-1"}]"#;
    let (sorted, _) = read_bytes(list, &options());
    assert!(matches!(sorted, Err(Error::JsonList)));
    assert!(check("{}\n{}\n", &options()).contains("no line of the first ones"));
}

#[test]
fn a_product_told_twice_is_told_by_its_latest_row() {
    let content = "sku,title,updated at\nA,Old,2024-01-01\nA,New,2024-02-01\nA,Older,\n";
    assert_snapshot!(check(content, &options()), @"product A = New (catalogue)");
}

#[test]
fn lines_of_a_platforms_order_must_follow_its_first() {
    let content = "Name,Financial Status,Currency,Total,Created at,Lineitem quantity,\
                   Lineitem name,Lineitem price,Email\n\
                   #2,,,,2024-01-01 10:00:00 +0000,1,Cup,5,a@example.com\n\
                   #1,paid,EUR,5,2024-01-01 10:00:00 +0000,1,Cup,5,a@example.com\n\
                   #3,paid,EUR,x,2024-01-01 10:00:00 +0000,0,Cup,5,a@example.com\n\
                   #4,paid,EUR,5,yesterday,1,Cup,5,a@example.com\n";
    assert_snapshot!(check(content, &options()));
}

#[test]
fn an_order_taken_back_without_a_customer_comes_to_nothing() {
    let content = "Name,Financial Status,Currency,Total,Shipping,Discount Amount,Refunded Amount,\
                   Created at,Lineitem quantity,Lineitem name,Lineitem price,Email\n\
                   #1,refunded,EUR,12,4,2,12,2024-01-01 10:00:00 +0000,2,Cup,5,\n";
    let (sorted, rejected) = read_bytes(content.as_bytes(), &options());
    assert_eq!(rejected, Vec::<String>::new());
    let totals: Vec<_> = sorted.unwrap().summary().totals.values().copied().collect();
    assert_eq!(totals[0].total(), 0);
}

/// A line of each kind in a small world, with collisions of customers, numbers and times.
fn row(kind: Kind) -> impl Strategy<Value = String> {
    (0..4_u32, 0..4_u32, 1..6_u32, 0..5_u32).prop_map(move |(who, number, rating, day)| {
        let who = ["a", "b", "c", ""][who as usize];
        let at = format!("2024-01-0{}", day + 1);
        match kind {
            Kind::Refunds => format!("R{who}{number},{number},{who},{at},P{rating},1,{day}.50"),
            Kind::Customers => format!("{who},{who}{number}@example.com,Name {day},{at},yes"),
            Kind::Products => format!("P{number},Title {day},{rating}.{day},{at}"),
            Kind::Reviews => format!("{who},P{number},{rating},word {day},{at}"),
            Kind::Deliveries => format!("{number},{who},{at},parcel {rating}"),
            Kind::Consents => format!("{who},marketing,{},{at}", rating % 2),
            Kind::Orders => format!("{number}{who},{who},{at},P{rating},1,{day}.50"),
        }
    })
}

const fn header(kind: Kind) -> &'static str {
    match kind {
        Kind::Orders => "order_id,customer_id,ordered_at,product_id,quantity,unit_price",
        Kind::Refunds => "refund_id,order_id,customer_id,refunded_at,product_id,quantity,amount",
        Kind::Customers => "customer_id,email,name,registered_at,accepts_marketing",
        Kind::Products => "product_id,title,cost,updated_at",
        Kind::Reviews => "customer_id,product_id,rating,text,written_at",
        Kind::Deliveries => "order_id,customer_id,delivered_at,parcel",
        Kind::Consents => "customer_id,purpose,granted,at",
    }
}

fn read_rows(kind: Kind, rows: &[String], budget_bytes: usize) -> (String, Vec<String>) {
    let content = format!("{}\n{}\n", header(kind), rows.join("\n"));
    let options = Options {
        budget_bytes,
        ..asking(Some(kind), &[])
    };
    in_any_order(content.as_bytes(), &options)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_order_of_rows_and_any_budget_give_the_same_pieces(
        (kind, rows, shuffled) in prop::sample::select(Kind::ALL.to_vec()).prop_flat_map(|kind| {
            prop::collection::vec(row(kind), 0..60).prop_flat_map(move |rows| {
                (Just(kind), Just(rows.clone()), Just(rows).prop_shuffle())
            })
        }),
        budget_bytes in 1_usize..5_000,
    ) {
        let roomy = read_rows(kind, &rows, Options::BUDGET_BYTES);
        prop_assert_eq!(&read_rows(kind, &rows, budget_bytes), &roomy);
        prop_assert_eq!(&read_rows(kind, &shuffled, budget_bytes), &roomy);
    }

    #[test]
    fn random_text_does_no_harm_under_any_header(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        text in "[-,;\"\r\n 0-9a-zC.:@۰é\\x00{}]{0,300}",
    ) {
        let content = format!("{}\n{text}", header(kind));
        let (sorted, _) = read_bytes(content.as_bytes(), &asking(Some(kind), &[]));
        shown(sorted.unwrap());
        let json = format!("{{\"order_id\":1,\"lines\":[{{\"sku\":1}}]}}\n{{{text}\n{text}}}");
        let _ = read_bytes(json.as_bytes(), &options());
        let platform = format!(
            "Name,Financial Status,Created at,Lineitem quantity,Lineitem name,Lineitem price\n\
             {text}"
        );
        let (sorted, _) = read_bytes(platform.as_bytes(), &options());
        shown(sorted.unwrap());
    }
}
