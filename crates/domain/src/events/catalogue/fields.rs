//! The fields of declared events.

use super::{Field, Holds};

const fn field(
    name: &'static str,
    plain: &'static [&'static str],
    holds: Holds,
    about: &'static str,
) -> Field {
    Field {
        name,
        plain,
        holds,
        is_personal: false,
        about,
    }
}

impl Field {
    const fn personal(self) -> Self {
        Self {
            is_personal: true,
            ..self
        }
    }
}

pub(super) const ORDER_ID: Field = field(
    "order_id",
    &["orderid"],
    Holds::Text,
    "the shop's number of the order",
);
pub(super) const CART_ID: Field = field(
    "cart_id",
    &["cartid"],
    Holds::Text,
    "the shop's number of the basket",
);
pub(super) const CHECKOUT_ID: Field = field(
    "checkout_id",
    &["checkoutid"],
    Holds::Text,
    "the shop's number of this way to the till",
);
pub(super) const STEP: Field = field(
    "step",
    &["step"],
    Holds::Number,
    "which step, counted from 1",
);
pub(super) const SHIPPING_METHOD: Field = field(
    "shipping_method",
    &["shippingmethod"],
    Holds::Text,
    "how it is to be sent",
);
pub(super) const PAYMENT_METHOD: Field = field(
    "payment_method",
    &["paymentmethod", "method"],
    Holds::Text,
    "how it is paid: `card`, `transfer`, `cash`",
);
pub(super) const REASON: Field = field(
    "reason",
    &["reason"],
    Holds::Text,
    "why, in a word of the shop's",
);
pub(super) const CARRIER: Field = field("carrier", &["carrier"], Holds::Text, "who carries it");
pub(super) const PARCEL: Field = field(
    "parcel",
    &["parcel"],
    Holds::Text,
    "the parcel, where an order comes in several",
);
pub(super) const CITY: Field = field("city", &["city"], Holds::Text, "where it goes").personal();
pub(super) const TRACKING: Field = field(
    "tracking_number",
    &["trackingnumber", "trackingcode"],
    Holds::Text,
    "the carrier's number of the parcel",
)
.personal();
pub(super) const PROMISED_AT: Field = field(
    "promised_at",
    &["promisedat", "promised"],
    Holds::Time,
    "when it was promised to arrive",
);
pub(super) const SHIPPED_AT: Field = field(
    "shipped_at",
    &["shippedat"],
    Holds::Time,
    "when it left, where that is not the time of the event",
);
pub(super) const AMOUNT: Field = field(
    "amount",
    &["amount", "total"],
    Holds::Decimal,
    "how much, in the currency beside it",
);
pub(super) const CURRENCY: Field = field(
    "currency",
    &["currency"],
    Holds::Text,
    "the currency, ISO 4217",
);
pub(super) const DAYS: Field = field("days", &["days", "dayslate"], Holds::Number, "days overdue");
pub(super) const SECONDS: Field = field(
    "seconds",
    &["seconds", "duration"],
    Holds::Number,
    "seconds",
);
pub(super) const TICKET_ID: Field = field(
    "ticket_id",
    &["ticketid"],
    Holds::Text,
    "the shop's number of the ticket",
);
pub(super) const TOPIC: Field = field(
    "topic",
    &["topic", "category"],
    Holds::Text,
    "what about, in a word of the shop's",
);
pub(super) const CHANNEL: Field = field("channel", &["channel"], Holds::Text, "by which channel");
pub(super) const TEXT: Field = field(
    "text",
    &["text", "body", "message", "comment"],
    Holds::Text,
    "what was written",
)
.personal();
pub(super) const PRODUCT_ID: Field = field(
    "product_id",
    &["productid", "sku"],
    Holds::Text,
    "the shop's code of the product",
);
pub(super) const PRODUCTS: Field = field(
    "products",
    &["products", "productids"],
    Holds::List,
    "the shop's codes of the products",
);
pub(super) const QUANTITY: Field = field("quantity", &["quantity"], Holds::Number, "how many");
pub(super) const POSITION: Field = field(
    "position",
    &["position"],
    Holds::Number,
    "its place in the list, from 1",
);
pub(super) const LIST_ID: Field = field("list_id", &["listid"], Holds::Text, "which list");
pub(super) const CATEGORY: Field = field(
    "category",
    &["category"],
    Holds::Text,
    "which kind of things",
);
pub(super) const QUERY: Field = field(
    "query",
    &["query", "searchterm", "words"],
    Holds::Text,
    "the words that were searched",
);
pub(super) const RESULTS: Field = field(
    "results",
    &["results", "resultcount"],
    Holds::Number,
    "how many things were found",
);
pub(super) const FORM: Field = field(
    "form",
    &["form", "formid", "formname"],
    Holds::Text,
    "which form",
);
pub(super) const FORM_FIELD: Field = field(
    "field",
    &["field", "fieldname"],
    Holds::Text,
    "which of its fields",
);
pub(super) const CODE: Field = field(
    "code",
    &["code", "errorcode", "status"],
    Holds::Text,
    "the code of the error",
);
pub(super) const PATH: Field = field(
    "path",
    &["path"],
    Holds::Text,
    "the path of the page, without what was asked of it",
);
pub(super) const PROMOTION_ID: Field = field(
    "promotion_id",
    &["promotionid"],
    Holds::Text,
    "which promotion",
);
pub(super) const CREATIVE: Field = field(
    "creative",
    &["creative"],
    Holds::Text,
    "which picture or text of it",
);
pub(super) const PROMOTION_NAME: Field = field("name", &["name"], Holds::Text, "what it is called");
pub(super) const SPOT: Field = field(
    "position",
    &["position"],
    Holds::Text,
    "where on the page it stood",
);
pub(super) const COUPON_ID: Field = field(
    "coupon_id",
    &["couponid", "coupon"],
    Holds::Text,
    "the code of the coupon",
);
pub(super) const COUPON_NAME: Field = field(
    "coupon_name",
    &["couponname"],
    Holds::Text,
    "what the coupon is called",
);
pub(super) const DISCOUNT: Field = field(
    "discount",
    &["discount"],
    Holds::Decimal,
    "what it takes off, in the currency of the order",
);
pub(super) const WISHLIST_ID: Field = field(
    "wishlist_id",
    &["wishlistid"],
    Holds::Text,
    "which wish list",
);
pub(super) const SHARE_VIA: Field = field(
    "share_via",
    &["sharevia", "via"],
    Holds::Text,
    "by what it was shared: `email`, `telegram`",
);
pub(super) const SHARE_MESSAGE: Field = field(
    "share_message",
    &["sharemessage"],
    Holds::Text,
    "what was written with it",
)
.personal();
pub(super) const RECIPIENT: Field =
    field("recipient", &["recipient"], Holds::Text, "to whom").personal();
pub(super) const LINK_ID: Field = field(
    "link_id",
    &["linkid"],
    Holds::Text,
    "the code in the link, by which the one who comes is known to come from this share",
);
pub(super) const CONTENT: Field = field(
    "content",
    &["content", "contentid"],
    Holds::Text,
    "which content",
);
pub(super) const CONTENT_KIND: Field = field(
    "kind",
    &["kind", "contenttype"],
    Holds::Text,
    "what kind of content: `photo`, `video`, `recipe`",
);
pub(super) const WHAT: Field = field(
    "what",
    &["what", "target"],
    Holds::Text,
    "what is followed: a brand, a list, a page",
);
pub(super) const SURVEY: Field = field(
    "survey",
    &["survey", "surveyid"],
    Holds::Text,
    "which survey",
);
pub(super) const QUESTION: Field = field(
    "question",
    &["question", "questionid"],
    Holds::Text,
    "which of its questions",
);
pub(super) const SCORE: Field = field(
    "score",
    &["score", "rating"],
    Holds::Number,
    "the answer, where it is a number",
);
pub(super) const STORE: Field = field("store", &["store", "storeid"], Holds::Text, "which store");
pub(super) const DEVICE: Field = field(
    "device",
    &["device", "deviceid"],
    Holds::Text,
    "which device; its number belongs to the shop and not to a person",
);
pub(super) const USED: Field = field(
    "used",
    &["used", "consumption", "amount"],
    Holds::Decimal,
    "how much was used",
);
pub(super) const UNIT: Field = field("unit", &["unit"], Holds::Text, "of what: `kWh`, `capsules`");
