//! The table of declared events. A name or a field is never used again for something else, because
//! old logs fold for ever.

use super::fields::*;
use super::{Counter, Field, Kind};

const fn kind(
    name: &'static str,
    aliases: &'static [&'static str],
    about: &'static str,
    fields: &'static [Field],
) -> Kind {
    Kind {
        name,
        aliases,
        about,
        fields,
        counter: None,
        is_by_shop: false,
        is_of_value: false,
    }
}

impl Kind {
    const fn counts(self, counter: Counter) -> Self {
        Self {
            counter: Some(counter),
            ..self
        }
    }

    const fn by_shop(self) -> Self {
        Self {
            is_by_shop: true,
            ..self
        }
    }

    const fn of_value(self) -> Self {
        Self {
            is_of_value: true,
            ..self
        }
    }
}

/// Every declared event, those of one matter beside each other.
pub const KINDS: [Kind; 50] = [
    // Delivery and payment.
    kind(
        "Order Shipped",
        &["shippedorder", "fulfillmentcreated"],
        "An order left for the customer.",
        &[
            ORDER_ID,
            CARRIER,
            PARCEL,
            PROMISED_AT,
            SHIPPED_AT,
            CITY,
            TRACKING,
        ],
    )
    .by_shop(),
    kind(
        "Payment Failed",
        &["paymentdeclined", "failedpayment"],
        "A payment did not go through.",
        &[ORDER_ID, PAYMENT_METHOD, REASON, AMOUNT, CURRENCY],
    )
    .counts(Counter::PaymentsFailed),
    kind(
        "Payment Late",
        &["paymentoverdue", "latepayment"],
        "A payment was not made by its day.",
        &[ORDER_ID, PAYMENT_METHOD, REASON, DAYS, AMOUNT, CURRENCY],
    )
    .by_shop(),
    // Help.
    kind(
        "Ticket Opened",
        &["supportticketopened", "openedticket"],
        "The customer asked for help.",
        &[TICKET_ID, TOPIC, REASON, ORDER_ID, CHANNEL, TEXT],
    )
    .counts(Counter::TicketsOpened),
    kind(
        "Ticket Answered",
        &["supportticketanswered", "answeredticket"],
        "The shop answered.",
        &[TICKET_ID, TOPIC, REASON, SECONDS, CHANNEL, TEXT],
    )
    .by_shop(),
    kind(
        "Ticket Closed",
        &["supportticketclosed", "closedticket"],
        "The matter was closed.",
        &[TICKET_ID, TOPIC, REASON, SECONDS, CHANNEL],
    )
    .by_shop(),
    kind(
        "Call Waited",
        &["callanswered"],
        "The customer waited on the telephone until somebody answered.",
        &[SECONDS, TOPIC, REASON],
    ),
    kind(
        "Call Abandoned",
        &["abandonedcall"],
        "The customer hung up before anybody answered.",
        &[SECONDS, TOPIC, REASON],
    ),
    kind(
        "Chat Waited",
        &["chatanswered"],
        "The customer waited in the chat until somebody answered.",
        &[SECONDS, TOPIC, REASON],
    ),
    kind(
        "Chat Abandoned",
        &["abandonedchat"],
        "The customer left the chat before anybody answered.",
        &[SECONDS, TOPIC, REASON],
    ),
    // Trouble.
    kind(
        "Login Failed",
        &["failedlogin", "signinfailed"],
        "Signing in did not work.",
        &[REASON],
    )
    .counts(Counter::LoginsFailed),
    kind(
        "Password Reset",
        &["resetpassword", "passwordresetrequested"],
        "A new password was asked for.",
        &[],
    ),
    kind(
        "Form Error",
        &["formfailed"],
        "A form was not taken as it was filled in.",
        &[FORM, FORM_FIELD, CODE, REASON],
    )
    .counts(Counter::FormErrors),
    kind(
        "Page Error",
        &["pagefailed", "errorshown"],
        "A page did not come as it should.",
        &[CODE, PATH, REASON],
    )
    .counts(Counter::PageErrors),
    // Looking.
    kind(
        "Products Searched",
        &["searchedproducts"],
        "The customer searched.",
        &[QUERY, RESULTS, CATEGORY],
    )
    .counts(Counter::Searches),
    kind(
        "Search Without Result",
        &["nosearchresults", "searchfailed"],
        "A search found nothing.",
        &[QUERY, CATEGORY],
    )
    .counts(Counter::SearchesWithoutResult),
    kind(
        "Product List Viewed",
        &[
            "viewedproductcategory",
            "viewedproductlist",
            "productcategoryviewed",
        ],
        "A list of products was looked at.",
        &[LIST_ID, CATEGORY],
    ),
    kind(
        "Product List Filtered",
        &["filteredproductlist"],
        "A list of products was narrowed or sorted.",
        &[LIST_ID, CATEGORY],
    ),
    kind(
        "Product Clicked",
        &["clickedproduct"],
        "A product was chosen from a list.",
        &[PRODUCT_ID, LIST_ID, POSITION],
    ),
    kind(
        "Products Compared",
        &["comparedproducts", "productcompared"],
        "Products were laid side by side.",
        &[PRODUCTS, CATEGORY],
    )
    .counts(Counter::Comparisons),
    kind(
        "Promotion Viewed",
        &["viewedpromotion"],
        "A promotion was seen.",
        &[PROMOTION_ID, CREATIVE, PROMOTION_NAME, SPOT],
    ),
    kind(
        "Promotion Clicked",
        &["clickedpromotion"],
        "A promotion was followed.",
        &[PROMOTION_ID, CREATIVE, PROMOTION_NAME, SPOT],
    ),
    kind(
        "Order Status Viewed",
        &["viewedorderstatus"],
        "The customer looked where their order is.",
        &[ORDER_ID],
    )
    .counts(Counter::OrderStatusViews),
    // Basket and till.
    kind(
        "Product Removed",
        &["removedproduct"],
        "A product was taken out of the basket.",
        &[PRODUCT_ID, QUANTITY, CART_ID],
    ),
    kind(
        "Cart Viewed",
        &["viewedcart"],
        "The basket was looked at.",
        &[CART_ID],
    ),
    kind(
        "Checkout Step Viewed",
        &["viewedcheckoutstep"],
        "A step of the way to the till was seen.",
        &[CHECKOUT_ID, STEP, SHIPPING_METHOD, PAYMENT_METHOD],
    ),
    kind(
        "Checkout Step Completed",
        &["completedcheckoutstep"],
        "A step of the way to the till was done.",
        &[CHECKOUT_ID, STEP, SHIPPING_METHOD, PAYMENT_METHOD],
    ),
    kind(
        "Payment Info Entered",
        &["enteredpaymentinfo"],
        "How to pay was told.",
        &[CHECKOUT_ID, ORDER_ID, STEP, SHIPPING_METHOD, PAYMENT_METHOD],
    ),
    kind(
        "Coupon Entered",
        &["enteredcoupon"],
        "A coupon was typed in.",
        &[ORDER_ID, CART_ID, COUPON_ID, COUPON_NAME],
    ),
    kind(
        "Coupon Applied",
        &["appliedcoupon"],
        "A coupon took something off.",
        &[ORDER_ID, CART_ID, COUPON_ID, COUPON_NAME, DISCOUNT],
    )
    .of_value(),
    kind(
        "Coupon Denied",
        &["deniedcoupon"],
        "A coupon was not taken.",
        &[ORDER_ID, CART_ID, COUPON_ID, COUPON_NAME, REASON],
    ),
    kind(
        "Coupon Removed",
        &["removedcoupon"],
        "A coupon was taken back.",
        &[ORDER_ID, CART_ID, COUPON_ID, COUPON_NAME, DISCOUNT],
    )
    .of_value(),
    kind(
        "Product Added to Wishlist",
        &["addedproducttowishlist"],
        "A product was put on a wish list.",
        &[PRODUCT_ID, WISHLIST_ID],
    ),
    kind(
        "Product Removed from Wishlist",
        &["removedproductfromwishlist"],
        "A product was taken off a wish list.",
        &[PRODUCT_ID, WISHLIST_ID],
    ),
    kind(
        "Wishlist Product Added to Cart",
        &["addedwishlistproducttocart"],
        "A product went from a wish list into the basket.",
        &[PRODUCT_ID, WISHLIST_ID, CART_ID, QUANTITY],
    ),
    // Saying and sharing.
    kind(
        "Product Shared",
        &["sharedproduct"],
        "A product was shown to somebody else.",
        &[PRODUCT_ID, SHARE_VIA, LINK_ID, SHARE_MESSAGE, RECIPIENT],
    )
    .counts(Counter::Shares),
    kind(
        "Cart Shared",
        &["sharedcart"],
        "A basket was shown to somebody else.",
        &[CART_ID, SHARE_VIA, LINK_ID, SHARE_MESSAGE, RECIPIENT],
    )
    .counts(Counter::Shares),
    kind(
        "Content Shared",
        &["sharedcontent", "shared"],
        "Something of the shop's was shown to somebody else.",
        &[
            CONTENT,
            CONTENT_KIND,
            SHARE_VIA,
            LINK_ID,
            SHARE_MESSAGE,
            RECIPIENT,
        ],
    )
    .counts(Counter::Shares),
    kind(
        "Friend Invited",
        &["invitationsent", "invitedfriend", "referralsent"],
        "The customer invited somebody to the shop.",
        &[SHARE_VIA, LINK_ID, SHARE_MESSAGE, RECIPIENT],
    ),
    kind(
        "Post Written",
        &["wrotepost", "postpublished"],
        "The customer wrote a post.",
        &[TOPIC, PRODUCT_ID, TEXT],
    )
    .counts(Counter::Posts),
    kind(
        "Comment Written",
        &["wrotecomment", "commentposted"],
        "The customer wrote a comment.",
        &[TOPIC, PRODUCT_ID, TEXT],
    )
    .counts(Counter::Posts),
    kind(
        "Question Asked",
        &["askedquestion"],
        "The customer asked other customers or the shop in public.",
        &[TOPIC, PRODUCT_ID, TEXT],
    )
    .counts(Counter::Posts),
    kind(
        "Answer Written",
        &["wroteanswer", "answergiven", "questionanswered"],
        "The customer answered somebody's question.",
        &[TOPIC, PRODUCT_ID, TEXT],
    )
    .counts(Counter::Posts),
    kind(
        "Content Uploaded",
        &["uploadedcontent"],
        "The customer gave a photo, a video, or something else of their own.",
        &[CONTENT_KIND, PRODUCT_ID],
    ),
    kind(
        "Followed",
        &["followstarted"],
        "The customer follows something of the shop's.",
        &[WHAT, CHANNEL],
    ),
    kind(
        "Subscribed",
        &["subscriptionstarted", "newslettersubscribed"],
        "The customer wants a topic on a channel. That is no permission to collect.",
        &[TOPIC, CHANNEL],
    ),
    kind(
        "Unsubscribed",
        &["subscriptionended", "newsletterunsubscribed"],
        "The customer no longer wants a topic on a channel.",
        &[TOPIC, CHANNEL],
    ),
    kind(
        "Survey Answered",
        &["answeredsurvey", "surveycompleted"],
        "The customer answered a survey.",
        &[SURVEY, QUESTION, SCORE, TEXT],
    ),
    // Elsewhere.
    kind(
        "Store Visited",
        &["visitedstore"],
        "The customer came into a store.",
        &[STORE, SECONDS],
    )
    .counts(Counter::StoreVisits),
    kind(
        "Device Used",
        &["deviceconsumption", "consumptionreported"],
        "A device of the customer's says how much was used.",
        &[DEVICE, PRODUCT_ID, USED, UNIT],
    ),
];
