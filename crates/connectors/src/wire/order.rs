//! Orders and refunds, whose lines come to what the customer paid.
//!
//! Senders tell prices with tax or without, before the discount or after it. What they call the
//! *total* is what the customer paid, all in, so the total tells which: the first of the ways to
//! count discount and tax that comes to it is taken. Where none does, a line says the difference.

use domain::events::{
    Behaviour, Cancellation, Context, Extent, Flag, Flags, Line, LineKind, Order, ProductTold,
    Refund,
};

use super::commerce::{Understood, order_id, product_code, product_told};
use super::message::{Reading, code};
use super::money::{self, Till};
use super::object::Object;
use super::problem::Problem;
use crate::exact::Exact;
use crate::lines::{DISCOUNT, POSTAGE, REFUND};

/// What the line of tax that prices leave out is called.
const TAX: &str = "tax";
/// What the line of an order without products is called.
const ORDER: &str = "order";
/// What the line that an order's other lines lack to its total is called.
const DIFFERENCE: &str = "difference";
/// A product without a code or a name.
const UNNAMED: &str = "product";
/// What an order holds of its properties. Amounts are also kept as they were written.
const HELD: [&str; 1] = ["products"];

/// Lines of products, and what is said of the products beside.
struct Products {
    lines: Vec<Line>,
    told: Vec<ProductTold>,
    has_price: bool,
}

/// `Order Completed`.
pub(super) fn ordered(
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    context: &Context,
    flags: &mut Flags,
) -> Result<Understood, Problem> {
    let read = order(properties, reading, context, flags)?;
    Ok(Understood {
        products: read.told,
        ..Understood::holding(Behaviour::Ordered(read.order), &HELD)
    })
}

/// `Order Updated`: the whole order as it is from then on. One that tells no amounts at all (a
/// change of status, say) changes nothing, and is kept as it was told.
pub(super) fn updated(
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    context: &Context,
    flags: &mut Flags,
) -> Result<Understood, Problem> {
    let read = order(properties, reading, context, flags)?;
    if !read.has_amounts {
        let name = super::names::kept("Order Updated");
        return Ok(Understood::named(Behaviour::Other(name)));
    }
    Ok(Understood {
        products: read.told,
        ..Understood::holding(Behaviour::OrderUpdated(read.order), &HELD)
    })
}

/// `Order Cancelled`: whatever of the order is left comes to nothing.
pub(super) fn cancelled(properties: &Object<'_>) -> Result<Understood, Problem> {
    let reason = properties.text(&["reason", "cancelreason"]);
    let cancelled = Cancellation {
        order_id: order_id(properties)?,
        reason: reason
            .map(|text| code(&text))
            .filter(|text| !text.is_empty()),
    };
    Ok(Understood::named(Behaviour::OrderCancelled(cancelled)))
}

/// An order as it was told.
struct ReadOrder {
    order: Order,
    told: Vec<ProductTold>,
    /// Whether it says anything of what it comes to.
    has_amounts: bool,
}

fn order(
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    context: &Context,
    flags: &mut Flags,
) -> Result<ReadOrder, Problem> {
    let order_id = order_id(properties)?;
    let till = till(properties, reading, flags)?;
    let products = products(properties, &till, false, flags)?;
    let sums = Sums::read(properties, &till)?;
    let has_amounts = products.has_price || sums.paid().is_some();
    let lines = sums.lines(products.lines, flags)?;
    let address = properties.object(&["shippingaddress"]).unwrap_or_default();
    let country = properties
        .text(&["country", "shippingcountry"])
        .or_else(|| address.text(&["country"]));
    let order = Order {
        order_id,
        currency: till.currency,
        country: country
            .map(|text| code(&text))
            .filter(|text| !text.is_empty()),
        source: context.campaign.origin().map(|text| code(&text)),
        lines,
    };
    Ok(ReadOrder {
        order,
        told: products.told,
        has_amounts,
    })
}

/// `Order Refunded`: without products or amounts it takes back whatever is left of the order.
pub(super) fn refunded(
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    flags: &mut Flags,
) -> Result<Understood, Problem> {
    let order_id = order_id(properties)?;
    let till = till(properties, reading, flags)?;
    let Products {
        mut lines,
        told,
        has_price,
    } = products(properties, &till, true, flags)?;
    let names = [
        "total",
        "amount",
        "refundamount",
        "revenue",
        "subtotal",
        "value",
    ];
    let total = till.amount(properties, "total", &names)?.map(i64::abs);
    let is_whole = lines.is_empty() && total.is_none();
    if !is_whole && !has_price {
        if total.is_none() {
            flags.insert(Flag::NoAmount);
        }
        lines.push(Line {
            product: REFUND.to_owned(),
            quantity: 1,
            amount: total.unwrap_or_default(),
            kind: LineKind::Adjustment,
        });
    }
    if is_whole {
        flags.insert(Flag::WholeOrder);
    }
    let refund = Refund {
        refund_id: refund_id(properties, &order_id, is_whole, reading)?,
        order_id: Some(order_id),
        currency: till.currency,
        lines,
        extent: match is_whole {
            true => Extent::Whole,
            false => Extent::Told,
        },
    };
    Ok(Understood {
        products: told,
        ..Understood::holding(Behaviour::Refunded(refund), &HELD)
    })
}

/// The refund's own number. Without one, an order is taken back as a whole once; and in part once
/// for each message, or each moment of the sender's clock.
fn refund_id(
    properties: &Object<'_>,
    order_id: &str,
    is_whole: bool,
    reading: &Reading<'_, '_>,
) -> Result<String, Problem> {
    if let Some(given) = properties.text(&["refundid"]) {
        return Ok(given.into_owned());
    }
    if is_whole {
        return Ok(format!("order:{order_id}"));
    }
    match (reading.message_id, reading.times.original) {
        (Some(message_id), _) => Ok(format!("{order_id}:{message_id}")),
        (None, Some(original)) => Ok(format!("{order_id}:{}", original.0)),
        (None, None) => Err(Problem::Missing("refund_id")),
    }
}

fn till(
    properties: &Object<'_>,
    reading: &Reading<'_, '_>,
    flags: &mut Flags,
) -> Result<Till, Problem> {
    let till = Till::of(properties, reading.received.currency)?;
    if till.is_assumed {
        flags.insert(Flag::CurrencyAssumed);
    }
    if till.is_toman {
        flags.insert(Flag::Toman);
    }
    Ok(till)
}

fn products(
    properties: &Object<'_>,
    till: &Till,
    is_refund: bool,
    flags: &mut Flags,
) -> Result<Products, Problem> {
    let wrong = Problem::field("products", "a list of objects");
    let mut products = Products {
        lines: Vec::new(),
        told: Vec::new(),
        has_price: false,
    };
    let Some(list) = properties.any(&["products"]) else {
        return Ok(products);
    };
    for product in list.list().ok_or(wrong.clone())? {
        let product = product.object().ok_or(wrong.clone())?;
        let price = money::exact(product.any(&["price"]), "price")?;
        products.has_price |= price.is_some();
        products.told.extend(product_told(&product));
        let line = line(&product, price, till, is_refund, flags)?;
        products.lines.push(line);
    }
    Ok(products)
}

/// One line: as many units as were bought, and what they cost together.
fn line(
    product: &Object<'_>,
    price: Option<Exact>,
    till: &Till,
    is_refund: bool,
    flags: &mut Flags,
) -> Result<Line, Problem> {
    let price = price.unwrap_or(Exact::ZERO);
    let quantity = money::exact(product.any(&["quantity"]), "quantity")?;
    let quantity = quantity.unwrap_or(Exact::ONE);
    // What goes back is told with either sign.
    let (price, quantity) = match is_refund {
        true => (price.abs(), quantity.abs()),
        false => (price, quantity),
    };
    if quantity.is_zero() || quantity.is_negative() {
        return Err(Problem::field("quantity", "more than 0"));
    }
    let whole = quantity.whole();
    if whole.is_none() {
        flags.insert(Flag::PartQuantity);
    }
    let name = || {
        let name = product.text(&["name", "title"])?;
        Some(code(&name)).filter(|name| !name.is_empty())
    };
    Ok(Line {
        product: product_code(product)
            .or_else(name)
            .unwrap_or_else(|| UNNAMED.to_owned()),
        quantity: whole.unwrap_or(1),
        amount: till.minor("price", price, quantity)?,
        kind: match price.is_negative() {
            true => LineKind::Adjustment,
            false => LineKind::Product,
        },
    })
}

/// The amounts that stand at the order as a whole, in minor units.
struct Sums {
    total: Option<i64>,
    /// Without tax and shipping, after the discount.
    revenue: Option<i64>,
    shipping: i64,
    tax: i64,
    discount: i64,
}

impl Sums {
    fn read(properties: &Object<'_>, till: &Till) -> Result<Self, Problem> {
        let amount = |field, names: &[&str]| till.amount(properties, field, names);
        let revenue = amount("revenue", &["revenue"])?;
        let subtotal = amount("subtotal", &["subtotal"])?;
        Ok(Self {
            total: amount("total", &["total"])?,
            revenue: revenue.or(subtotal),
            shipping: amount("shipping", &["shipping"])?.unwrap_or_default(),
            tax: amount("tax", &["tax"])?.unwrap_or_default(),
            discount: amount("discount", &["discount"])?.unwrap_or_default().abs(),
        })
    }

    /// What the customer paid, all in, when the order says so.
    fn paid(&self) -> Option<i64> {
        let beside = self.shipping.saturating_add(self.tax);
        let all_in = |revenue: i64| revenue.saturating_add(beside);
        self.total.or(self.revenue.map(all_in))
    }

    /// The lines of the order, which come to what was paid.
    fn lines(&self, products: Vec<Line>, flags: &mut Flags) -> Result<Vec<Line>, Problem> {
        let is_bare = products.is_empty();
        let mut lines = products;
        let other = |product: &str, amount, kind| Line {
            product: product.to_owned(),
            quantity: 1,
            amount,
            kind,
        };
        if self.shipping != 0 {
            lines.push(other(POSTAGE, self.shipping, LineKind::Postage));
        }
        let sum: i128 = lines.iter().map(|line| i128::from(line.amount)).sum();
        if is_bare {
            let paid = self.paid().map(|paid| i128::from(paid) - sum);
            if paid.is_none() {
                flags.insert(Flag::NoAmount);
            }
            let amount = small(paid.unwrap_or_default())?;
            lines.push(other(ORDER, amount, LineKind::Adjustment));
            return Ok(lines);
        }
        let ways = [
            (-self.discount, 0),
            (-self.discount, self.tax),
            (0, 0),
            (0, self.tax),
        ];
        let comes_to = |(discount, tax): (i64, i64)| sum + i128::from(discount) + i128::from(tax);
        let (way, difference) = match self.paid() {
            None => (ways[1], 0),
            Some(paid) => match ways.iter().find(|way| comes_to(**way) == i128::from(paid)) {
                Some(way) => (*way, 0),
                None => (ways[1], i128::from(paid) - comes_to(ways[1])),
            },
        };
        if way.0 != 0 {
            lines.push(other(DISCOUNT, way.0, LineKind::Adjustment));
        }
        if way.1 != 0 {
            lines.push(other(TAX, way.1, LineKind::Fee));
        }
        if difference != 0 {
            flags.insert(Flag::TotalDiffers);
            let amount = small(difference)?;
            lines.push(other(DIFFERENCE, amount, LineKind::Adjustment));
        }
        Ok(lines)
    }
}

fn small(amount: i128) -> Result<i64, Problem> {
    let wrong = |_| Problem::field("total", "no larger than any order's amount");
    i64::try_from(amount).map_err(wrong)
}
