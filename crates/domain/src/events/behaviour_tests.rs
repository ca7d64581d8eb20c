//! Every behaviour reads back what it wrote.

use std::collections::BTreeMap;

use super::catalogue::FieldValue;
use super::{
    Behaviour, Cancellation, Claim, Complaint, ConsentChange, Delivery, Description, Extent,
    Happened, Line, LineKind, Order, PageView, ProductAdded, ProductView, ReferralCredited,
    Referred, Refund, Review,
};
use crate::ids::StreamId;
use crate::money::Currency;
use crate::time::Millis;
use crate::trust::{ConsentSource, Purpose};

#[test]
fn every_kind_reads_back_what_it_wrote() {
    let stream = StreamId::from_bytes([1; 16]);
    let line = |kind| Line {
        product: "85123A".into(),
        quantity: 6,
        amount: 1530,
        kind,
    };
    let lines = vec![line(LineKind::Product), line(LineKind::Postage)];
    let order_id = "536365".to_owned();
    for behaviour in [
        Behaviour::Ordered(Order {
            order_id: order_id.clone(),
            currency: Currency::GBP,
            country: Some("France".into()),
            source: Some("newsletter".into()),
            lines: lines.clone(),
        }),
        Behaviour::Refunded(Refund {
            refund_id: "C1".into(),
            order_id: None,
            currency: Currency::GBP,
            lines: lines.clone(),
            extent: Extent::Whole,
        }),
        Behaviour::OrderUpdated(Order {
            order_id: order_id.clone(),
            currency: Currency::GBP,
            country: None,
            source: None,
            lines,
        }),
        Behaviour::OrderCancelled(Cancellation {
            order_id: order_id.clone(),
            reason: Some("out of stock".into()),
        }),
        Behaviour::Claimed(Claim {
            of: "Order Completed".into(),
            order_id: Some(order_id.clone()),
            amount: Some((1530, Currency::GBP)),
            source: None,
        }),
        Behaviour::Happened(Happened {
            name: "Products Searched".into(),
            fields: BTreeMap::from([
                ("query".to_owned(), FieldValue::Text("lamp".into())),
                ("results".to_owned(), FieldValue::Number(0)),
            ]),
        }),
        Behaviour::Happened(Happened {
            name: "Password Reset".into(),
            fields: BTreeMap::new(),
        }),
        Behaviour::Viewed(PageView {
            starts_visit: true,
            content: Some("guide".into()),
            source: None,
        }),
        Behaviour::Delivered(Delivery {
            order_id,
            promised_at: Some(Millis(5)),
            carrier: None,
            parcel: Some("2".into()),
        }),
        Behaviour::ProductViewed(ProductView {
            product: "85123A".into(),
        }),
        Behaviour::ProductAdded(ProductAdded {
            product: "85123A".into(),
            quantity: 2,
        }),
        Behaviour::CheckoutStarted,
        Behaviour::Reviewed(Review {
            review_id: None,
            product: None,
            rating: 5,
        }),
        Behaviour::ConsentChanged(ConsentChange::new(Purpose::Marketing, true)),
        Behaviour::ConsentChanged(ConsentChange {
            revoked: true,
            source: Some(ConsentSource::Till),
            text: Some("leaflet 3".into()),
            region: "TW".parse().ok(),
            ..ConsentChange::new(Purpose::ThirdParty, false)
        }),
        Behaviour::Described(Description {
            registered_at: Some(Millis(7)),
        }),
        Behaviour::Complained(Complaint {
            topic: "delivery".into(),
        }),
        Behaviour::Identified,
        Behaviour::Referred(Referred { by: stream }),
        Behaviour::Other("Quiz Finished".into()),
        Behaviour::ReferralCredited(ReferralCredited { joined: stream }),
    ] {
        let read = Behaviour::read(behaviour.name(), &behaviour.body()).expect("own body");
        assert_eq!(read, behaviour);
    }
}
