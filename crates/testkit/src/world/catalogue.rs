//! What the shop sells, coffee and clothes, and what else stands on its orders.

use domain::events::{Line, LineKind, ProductTold, UnitCost};
use domain::money::Currency;

/// A thing the shop sells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// The shop's code.
    pub code: &'static str,
    /// What it is called, in the language of the shop's currency.
    pub title: &'static str,
    /// The price of one, in minor units of the shop's currency.
    pub price: i64,
    /// What one costs the shop; of some nobody wrote it down.
    pub cost: Option<UnitCost>,
    /// What kind of thing it is; one is of none.
    pub category: Option<&'static str>,
    /// Whether people like it less than they expected to.
    pub is_poor: bool,
}

/// Code, price in euro cents, and titles in English, Persian and Chinese. Two titles hold a
/// comma and quotes, which a file of orders has to quote.
type Row = (&'static str, i64, [&'static str; 3]);

const COFFEE: &[Row] = &[
    (
        "COF-101",
        1_290,
        [
            "House blend, whole beans",
            "ترکیب خانه، دان کامل",
            "招牌配方咖啡豆",
        ],
    ),
    (
        "COF-102",
        1_590,
        ["Ethiopia Sidamo", "اتیوپی سیدامو", "衣索比亞西達摩"],
    ),
    (
        "COF-103",
        1_740,
        ["Colombia Huila", "کلمبیا هوئیلا", "哥倫比亞薇拉"],
    ),
    (
        "COF-104",
        1_150,
        ["Decaf, ground", "بدون کافئین، آسیاب‌شده", "低咖啡因咖啡粉"],
    ),
    (
        "COF-105",
        2_480,
        ["Alishan, small lot", "آلیشان، بار کوچک", "阿里山小批次"],
    ),
    (
        "COF-201",
        499,
        ["Filter papers, 100", "کاغذ صافی، ۱۰۰ برگ", "濾紙，一百張"],
    ),
    (
        "COF-202",
        3_950,
        ["Hand grinder", "آسیاب دستی", "手搖磨豆機"],
    ),
    (
        "COF-203",
        1_425,
        ["Mug \"Lantern\"", "ماگ «فانوس»", "「燈籠」馬克杯"],
    ),
    ("COF-204", 2_899, ["Pour-over set", "ست قهوهٔ دمی", "手沖組"]),
];
const CLOTHES: &[Row] = &[
    (
        "CLO-301",
        2_450,
        ["T-shirt, cotton", "تی‌شرت نخی", "純棉短袖"],
    ),
    ("CLO-302", 5_990, ["Linen shirt", "پیراهن کتان", "亞麻襯衫"]),
    ("CLO-303", 8_900, ["Wool jumper", "پلیور پشمی", "羊毛上衣"]),
    ("CLO-304", 7_450, ["Denim trousers", "شلوار جین", "牛仔褲"]),
    (
        "CLO-305",
        1_295,
        ["Socks, three pairs", "جوراب، سه جفت", "襪子三雙"],
    ),
    ("CLO-306", 12_900, ["Rain coat", "بارانی", "雨衣"]),
    ("CLO-307", 3_350, ["Scarf", "شال گردن", "圍巾"]),
    (
        "CLO-308",
        4_275,
        ["Apron for baristas", "پیش‌بند باریستا", "咖啡師圍裙"],
    ),
    ("CLO-309", 1_999, ["Cap", "کلاه", "棒球帽"]),
];

/// Products that people like less than they expected to.
const POOR: [&str; 2] = ["COF-104", "CLO-305"];

/// What the shop wrote down of a product: its category, and its cost as a percentage of the
/// price. Filter papers are sold below their cost, to bring people in.
fn kept_of(code: &str) -> (Option<&'static str>, Option<i64>) {
    match code {
        "COF-101" => (Some("coffee"), Some(47)),
        "COF-102" => (Some("coffee"), Some(51)),
        "COF-103" => (Some("coffee"), Some(49)),
        "COF-104" => (Some("coffee"), Some(58)),
        "COF-105" => (Some("coffee"), Some(72)),
        "COF-201" => (Some("brewing gear"), Some(104)),
        "COF-202" => (Some("brewing gear"), Some(66)),
        "COF-203" => (Some("gifts"), Some(41)),
        "COF-204" => (Some("brewing gear"), None),
        "CLO-301" => (Some("clothes"), Some(38)),
        "CLO-302" => (Some("clothes"), Some(44)),
        "CLO-303" => (Some("clothes"), Some(57)),
        "CLO-304" => (Some("clothes"), Some(49)),
        "CLO-305" => (Some("accessories"), Some(31)),
        "CLO-306" => (Some("clothes"), Some(61)),
        "CLO-307" => (Some("accessories"), Some(33)),
        "CLO-309" => (Some("accessories"), None),
        _ => (None, None),
    }
}

/// How many of the products, from the first on, are coffee.
pub(super) const COFFEE_PRODUCTS: usize = COFFEE.len();

/// The code of a line that is no product, such as postage.
pub(super) const fn code_of(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Product => "",
        LineKind::Postage => "POST",
        LineKind::Fee => "FEE",
        LineKind::Sample => "SAMPLE",
        LineKind::Voucher => "VOUCHER",
        LineKind::Adjustment => "DISCOUNT",
    }
}

/// What a line with this product code stands for in the seeded shop.
#[must_use]
pub fn kind_of(code: &str) -> LineKind {
    match code {
        "POST" => LineKind::Postage,
        "FEE" => LineKind::Fee,
        "SAMPLE" => LineKind::Sample,
        "VOUCHER" => LineKind::Voucher,
        "DISCOUNT" => LineKind::Adjustment,
        _ => LineKind::Product,
    }
}

/// The products of a shop with this currency.
pub(super) fn products(currency: Currency) -> Vec<Product> {
    let language = match currency.code() {
        "IRR" => 1,
        "TWD" => 2,
        _ => 0,
    };
    COFFEE
        .iter()
        .chain(CLOTHES)
        .map(|(code, euro_cents, titles)| {
            let price = price(currency, *euro_cents);
            let (category, cost_percent) = kept_of(code);
            // A percent of the price in minor units is a hundredth of one of them.
            let cost = cost_percent.map(|percent| UnitCost {
                hundredths: price * percent,
                currency,
            });
            Product {
                code,
                title: titles[language],
                price,
                cost,
                category,
                is_poor: POOR.contains(code),
            }
        })
        .collect()
}

/// What the shop tells of its products.
pub(super) fn products_told(products: &[Product]) -> Vec<ProductTold> {
    products
        .iter()
        .map(|product| ProductTold {
            product: product.code.to_owned(),
            title: Some(product.title.to_owned()),
            cost: product.cost,
            category: product.category.map(str::to_owned),
            is_catalogue: product.cost.is_some() || product.category.is_some(),
        })
        .collect()
}

/// What stands on a file's line beside the code.
pub(super) fn title_of<'a>(products: &'a [Product], code: &str) -> &'a str {
    match kind_of(code) {
        LineKind::Product => products
            .iter()
            .find(|product| product.code == code)
            .map_or("", |product| product.title),
        LineKind::Postage => "Postage",
        LineKind::Fee => "Gift wrapping",
        LineKind::Sample => "Sample",
        LineKind::Voucher => "Gift voucher",
        LineKind::Adjustment => "Discount",
    }
}

/// A price in minor units, from euro cents. People pay whole dollars in Taiwan and thousands of
/// rial in Iran; the rates are round numbers, because nobody is to learn a rate from them.
pub(super) fn price(currency: Currency, euro_cents: i64) -> i64 {
    match currency.code() {
        // 36 dollars for a euro, of a hundred minor units each.
        "TWD" => euro_cents * 36 / 100 * 100,
        // A million rial for a euro.
        "IRR" => euro_cents * 1_000_000,
        _ => euro_cents,
    }
}

/// The discount on goods of this sum: a tenth, in whole steps of what people pay. Negative.
pub(super) fn discount(currency: Currency, products: i64) -> i64 {
    let step = match currency.code() {
        "TWD" => 100,
        "IRR" => 100_000,
        _ => 1,
    };
    -(products / 10 / step * step)
}

/// One line that is no product.
pub(super) fn extra(kind: LineKind, amount: i64) -> Line {
    Line {
        product: code_of(kind).to_owned(),
        quantity: 1,
        amount,
        kind,
    }
}
