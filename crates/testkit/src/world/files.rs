//! The shop's past as files, one of each kind, as a shop exports them.

use std::fmt::Write as _;

use domain::events::{LineKind, UnitCost};

use super::history::{self, CsvReturns, accounts, people, quoted};
use super::truth::Person;
use super::{World, catalogue};

/// Files of a shop's past: UTF-8, a header line each, RFC 4180. Together they tell what
/// [`World::history`] tells, but for the channels of refunds, reviews, deliveries and consents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldFiles {
    /// The lines of orders, as of [`World::csv`] without returns.
    pub orders: String,
    /// `customer_id,email,name,phone,language,country,registered_at`.
    pub customers: String,
    /// `product_id,title,category,cost`; the cost of a unit in the world's currency, with more
    /// decimals than its minor unit has. Some cells are empty.
    pub products: String,
    /// `review_id,customer_id,product_id,rating,text,written_at`; without a product when it is
    /// about the shop.
    pub reviews: String,
    /// `order_id,delivered_at,promised_at,carrier`.
    pub deliveries: String,
    /// `customer_id,purpose,granted,at`; `granted` is `true` or `false`.
    pub consents: String,
    /// `refund_id,order_id,customer_id,refunded_at,product_id,quantity,amount`; one line of the
    /// file for a line of a refund, its amount in all as a positive number. Some name no order.
    pub refunds: String,
}

/// Writes one row; cells are quoted where they have to be.
fn row<const N: usize>(file: &mut String, cells: [&str; N]) {
    let cells = cells.map(quoted);
    writeln!(file, "{}", cells.join(",")).expect("writing to a text in memory cannot fail");
}

pub(super) fn files(world: &World, percent: u8) -> WorldFiles {
    let mut files = WorldFiles {
        orders: history::csv(world, percent, CsvReturns::Omitted),
        customers: "customer_id,email,name,phone,language,country,registered_at\n".to_owned(),
        products: products(world),
        reviews: "review_id,customer_id,product_id,rating,text,written_at\n".to_owned(),
        deliveries: "order_id,delivered_at,promised_at,carrier\n".to_owned(),
        consents: "customer_id,purpose,granted,at\n".to_owned(),
        refunds: "refund_id,order_id,customer_id,refunded_at,product_id,quantity,amount\n"
            .to_owned(),
    };
    for person in people(world, percent) {
        files.tell_of(person, world);
    }
    files
}

impl WorldFiles {
    fn tell_of(&mut self, person: &Person, world: &World) {
        for account in accounts(person) {
            let registered_at = account.registered_at.to_string();
            let phone = person.known_as.phone.value();
            let phone = if account.second { "" } else { phone };
            let cells = [
                account.user_id.value(),
                account.email.value(),
                &person.name.shown,
                phone,
                person.language.tag(),
                person.country,
                &registered_at,
            ];
            row(&mut self.customers, cells);
        }
        for order in &person.orders {
            let Some(delivery) = &order.delivery else {
                continue;
            };
            let times = [delivery.arrived_at, delivery.promised_at].map(|at| at.to_string());
            let id = &order.order.order_id;
            row(
                &mut self.deliveries,
                [id, &times[0], &times[1], delivery.carrier],
            );
        }
        for consent in &person.consents {
            let (granted, at) = (consent.granted.to_string(), consent.at.to_string());
            let id = person.known_as.user_id.value();
            row(
                &mut self.consents,
                [id, consent.purpose.word(), &granted, &at],
            );
        }
        self.tell_of_reviews(person);
        self.tell_of_refunds(person, world);
    }

    fn tell_of_reviews(&mut self, person: &Person) {
        for review in &person.reviews {
            let (rating, at) = (review.review.rating.to_string(), review.at.to_string());
            let cells = [
                review.review.review_id.as_deref().unwrap_or_default(),
                account_id(person, review.second_account),
                review.review.product.as_deref().unwrap_or_default(),
                &rating,
                &review.text,
                &at,
            ];
            row(&mut self.reviews, cells);
        }
    }

    fn tell_of_refunds(&mut self, person: &Person, world: &World) {
        let currency = world.options.currency;
        for refund in &person.refunds {
            let at = refund.at.to_string();
            for line in &refund.refund.lines {
                let quantity = line.quantity.to_string();
                let amount = currency.decimal(line.amount).to_string();
                let cells = [
                    &refund.refund.refund_id,
                    refund.refund.order_id.as_deref().unwrap_or_default(),
                    account_id(person, refund.second_account),
                    &at,
                    &line.product,
                    &quantity,
                    &amount,
                ];
                row(&mut self.refunds, cells);
            }
        }
    }
}

/// The shop's number of one account of a person.
fn account_id(person: &Person, second: bool) -> &str {
    let known_as = &person.known_as;
    let second = known_as.second.as_ref().filter(|_| second);
    second.map_or(&known_as.user_id, |it| &it.user_id).value()
}

fn products(world: &World) -> String {
    let mut file = "product_id,title,category,cost\n".to_owned();
    for product in &world.truth.products {
        let cost = product.cost.map(decimal).unwrap_or_default();
        let category = product.category.unwrap_or_default();
        row(&mut file, [product.code, product.title, category, &cost]);
    }
    for kind in [LineKind::Postage, LineKind::Fee] {
        let code = catalogue::code_of(kind);
        let title = catalogue::title_of(&world.truth.products, code);
        row(&mut file, [code, title, "", ""]);
    }
    file
}

/// A cost as a plain decimal of the currency: hundredths of its minor unit.
fn decimal(cost: UnitCost) -> String {
    let digits = cost.currency.exponent() + 2;
    let one = 10_i64.pow(digits);
    let (whole, rest) = (cost.hundredths / one, cost.hundredths % one);
    format!("{whole}.{rest:0width$}", width = digits as usize)
}
