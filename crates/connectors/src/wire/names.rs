//! Names of events: those of the e-commerce specification, their aliases of its first version,
//! and our own, overlooking capitals, blanks, `_` and `-`.

use domain::events::Behaviour;

/// What an event by its name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    Ordered,
    Refunded,
    ProductViewed,
    ProductAdded,
    CheckoutStarted,
    Delivered,
    Complained,
    Reviewed,
    /// A permission; given or taken back, where the name says which.
    Consent(Option<bool>),
    /// One that the log keeps under this name, whatever alias it came by.
    Named(&'static str),
}

/// The longest name that is looked up, in bytes.
const KNOWN_BYTES_MAX: usize = 64;

/// What the name stands for, when we know it.
pub(super) fn known(name: &str) -> Option<Known> {
    if name.len() > KNOWN_BYTES_MAX {
        return None;
    }
    let is_kept = |character: &char| !matches!(character, ' ' | '_' | '-');
    let plain: String = name.chars().filter(is_kept).collect();
    let plain = plain.to_ascii_lowercase();
    behaviour(&plain).or_else(|| named(&plain).map(Known::Named))
}

fn behaviour(plain: &str) -> Option<Known> {
    Some(match plain {
        "ordercompleted" | "completedorder" => Known::Ordered,
        "orderrefunded" | "refundedorder" => Known::Refunded,
        "productviewed" | "viewedproduct" => Known::ProductViewed,
        "productadded" | "addedproduct" => Known::ProductAdded,
        "checkoutstarted" | "startedcheckout" | "startedorder" => Known::CheckoutStarted,
        "orderdelivered" | "deliveredorder" => Known::Delivered,
        "complaintmade" | "complained" => Known::Complained,
        "productreviewed" | "reviewedproduct" | "reviewwritten" => Known::Reviewed,
        "consentchanged" => Known::Consent(None),
        "consentgranted" => Known::Consent(Some(true)),
        "consentdenied" | "consentrevoked" => Known::Consent(Some(false)),
        _ => return None,
    })
}

/// Names of the specification that have no behaviour of their own yet.
fn named(plain: &str) -> Option<&'static str> {
    Some(match plain {
        "productssearched" | "searchedproducts" => "Products Searched",
        "productlistviewed" | "viewedproductcategory" | "viewedproductlist" => {
            "Product List Viewed"
        }
        "productlistfiltered" | "filteredproductlist" => "Product List Filtered",
        "promotionviewed" | "viewedpromotion" => "Promotion Viewed",
        "promotionclicked" | "clickedpromotion" => "Promotion Clicked",
        "productclicked" | "clickedproduct" => "Product Clicked",
        "productremoved" | "removedproduct" => "Product Removed",
        "cartviewed" | "viewedcart" => "Cart Viewed",
        "checkoutstepviewed" | "viewedcheckoutstep" => "Checkout Step Viewed",
        "checkoutstepcompleted" | "completedcheckoutstep" => "Checkout Step Completed",
        "paymentinfoentered" | "enteredpaymentinfo" => "Payment Info Entered",
        "orderupdated" | "updatedorder" => "Order Updated",
        "ordercancelled" | "ordercanceled" | "cancelledorder" | "canceledorder" => {
            "Order Cancelled"
        }
        "couponentered" | "enteredcoupon" => "Coupon Entered",
        "couponapplied" | "appliedcoupon" => "Coupon Applied",
        "coupondenied" | "deniedcoupon" => "Coupon Denied",
        "couponremoved" | "removedcoupon" => "Coupon Removed",
        "productaddedtowishlist" | "addedproducttowishlist" => "Product Added to Wishlist",
        "productremovedfromwishlist" | "removedproductfromwishlist" => {
            "Product Removed from Wishlist"
        }
        "wishlistproductaddedtocart" | "addedwishlistproducttocart" => {
            "Wishlist Product Added to Cart"
        }
        "productshared" | "sharedproduct" => "Product Shared",
        "cartshared" | "sharedcart" => "Cart Shared",
        _ => return None,
    })
}

/// The name under which the log may keep an event that has no behaviour of its own: as given,
/// unless the log would read it back as something else.
pub(super) fn kept(name: &str) -> String {
    match Behaviour::read(name, "{}") {
        Ok(Behaviour::Other(name)) => name,
        _ => format!("{name} (told)"),
    }
}
