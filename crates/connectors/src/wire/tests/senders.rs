//! Bodies as the clients of the contract write them, and what becomes of them.

use super::super::{MessageType, Trust};
use super::{read_as, whole_batch};

/// A name, the type that the address names, and the body.
pub(super) const BODIES: [(&str, Option<MessageType>, &str); 11] = [
    ("analytics-node", None, ANALYTICS_NODE),
    ("analytics-node-legacy", None, ANALYTICS_NODE_LEGACY),
    (
        "analytics-next-single",
        Some(MessageType::Page),
        ANALYTICS_NEXT_SINGLE,
    ),
    ("analytics-next-batching", None, ANALYTICS_NEXT_BATCHING),
    ("segment-python", None, SEGMENT_PYTHON),
    ("rudder-node", None, RUDDER_NODE),
    ("rudder-python", None, RUDDER_PYTHON),
    ("rudder-browser", Some(MessageType::Track), RUDDER_BROWSER),
    ("jitsu", Some(MessageType::Track), JITSU),
    ("raw-group", Some(MessageType::Group), RAW_GROUP),
    ("raw-alias", Some(MessageType::Alias), RAW_ALIAS),
];

const ANALYTICS_NODE: &str = r#"{
  "batch": [
    {
      "userId": "u-17850",
      "traits": {
        "email": "Sara@Example.com", "firstName": "Sara", "lastName": "Karimi",
        "phone": "+98 912 000 0000", "address": {"city": "Tehran", "country": "IR"},
        "createdAt": "2024-03-01T00:00:00.000Z", "plan": "gold"
      },
      "type": "identify",
      "timestamp": "2026-11-22T09:59:58.120Z",
      "messageId": "node-next-1795341598120-5b1d3c3e-0d0e-4d9c-9f46-1e8d7a7d8d10",
      "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
      "integrations": {},
      "_metadata": {"nodeVersion": "22.1.0", "jsRuntime": "node"}
    },
    {
      "userId": "u-17850",
      "event": "Order Completed",
      "properties": {
        "order_id": "536365", "affiliation": "Online", "currency": "GBP",
        "total": 27.5, "revenue": 20, "shipping": 3.5, "tax": 4, "coupon": "NOWRUZ",
        "products": [
          {"product_id": "85123A", "sku": "85123A", "name": "White hanging heart",
           "category": "Home", "brand": "Lantern", "price": 2.5, "quantity": 6},
          {"product_id": "71053", "name": "White metal lantern", "price": 5, "quantity": 1}
        ]
      },
      "type": "track",
      "timestamp": "2026-11-22T09:59:59.000Z",
      "messageId": "node-next-1795341599000-0f6c2a52-7f0f-4d8e-8c86-61c6a7dd9a01",
      "context": {"library": {"name": "@segment/analytics-node", "version": "3.1.0"}},
      "integrations": {"All": true}
    }
  ],
  "sentAt": "2026-11-22T09:59:59.900Z",
  "writeKey": "wk_secret"
}"#;

const ANALYTICS_NODE_LEGACY: &str = r#"{"batch":[{"anonymousId":"anon-1","event":"Viewed Product",
  "properties":{"id":"22633","name":"Hand warmer","price":1.85,"category":"Winter"},
  "context":{"library":{"name":"analytics-node","version":"6.2.0"}},
  "timestamp":"2026-11-22T09:59:59.500Z","type":"track","_metadata":{"nodeVersion":"18.0.0"},
  "messageId":"node-a1b2c3d4e5f60718293a4b5c6d7e8f90-2f9f6a1e-6a0f-4a6e-9d6f-0c6a3a8c2b11"}],
  "timestamp":"2026-11-22T09:59:59.600Z","sentAt":"2026-11-22T09:59:59.600Z"}"#;

const ANALYTICS_NEXT_SINGLE: &str = r#"{
  "timestamp": "2026-11-22T09:59:40.000Z", "integrations": {}, "type": "page",
  "userId": null, "anonymousId": "8f2d2d7c-0f52-4c43-8a6e-2f8d0c6f7a11",
  "category": "guide", "name": "Candles",
  "properties": {"path": "/guide/candles", "referrer": "https://search.example/",
    "search": "?utm_source=newsletter&utm_medium=email", "title": "All about candles",
    "url": "https://shop.example/guide/candles?utm_source=newsletter&utm_medium=email",
    "name": "Candles", "category": "guide"},
  "context": {
    "page": {"path": "/guide/candles", "referrer": "https://search.example/",
      "search": "?utm_source=newsletter&utm_medium=email", "title": "All about candles",
      "url": "https://shop.example/guide/candles?utm_source=newsletter&utm_medium=email"},
    "userAgent": "Mozilla/5.0 (X11; Linux x86_64)", "locale": "fa-IR",
    "library": {"name": "analytics.js", "version": "next-1.84.3"}, "timezone": "Asia/Tehran",
    "campaign": {"source": "newsletter", "medium": "email", "name": "yalda"},
    "screen": {"width": 1440, "height": 900, "density": 2}},
  "messageId": "ajs-next-1795341580000-2f0f1d52-6f0b-4f07-8b47-6f9c9c7a2d10",
  "writeKey": "wk_public", "sentAt": "2026-11-22T09:59:41.000Z",
  "_metadata": {"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []}}"#;

const ANALYTICS_NEXT_BATCHING: &str = r#"{"writeKey":"wk_public","batch":[
  {"timestamp":"2026-11-22T09:59:10.000Z","integrations":{},"userId":"u-1","type":"track",
   "anonymousId":"8f2d2d7c","event":"Product Added",
   "properties":{"cart_id":"c-1","product_id":"71053","quantity":2,"price":3.39},
   "context":{"page":{"path":"/p/71053","url":"https://shop.example/p/71053","title":"Lantern",
     "referrer":"","search":""},"library":{"name":"analytics.js","version":"next-1.84.3"},
     "consent":{"categoryPreferences":{"Advertising":false,"Analytics":true}}},
   "messageId":"ajs-next-1795341550000-11111111-2222-4333-8444-555555555555"},
  {"timestamp":"2026-11-22T09:59:12.000Z","integrations":{},"userId":"u-1","type":"track",
   "anonymousId":"8f2d2d7c","event":"Checkout Started","properties":{"order_id":"o-9"},
   "context":{},
   "messageId":"ajs-next-1795341552000-11111111-2222-4333-8444-555555555556"}],
  "sentAt":"2026-11-22T09:59:15.000Z"}"#;

const SEGMENT_PYTHON: &str = r#"{"batch": [
  {"integrations": {}, "anonymousId": null, "properties": {"query": "شمع"},
   "timestamp": "2026-11-22T09:59:59.123456+00:00", "context": {"library":
     {"name": "analytics-python", "version": "2.4.0"}}, "userId": "17850", "type": "track",
   "event": "Products Searched", "messageId": "c0a8c7a4-0c5e-4f0c-9a57-0b1a3a4a7f01"},
  {"integrations": {}, "anonymousId": null, "properties": {"order_id": "536365",
     "currency": "GBP", "products": [{"product_id": "71053", "price": 5.0, "quantity": 1}]},
   "timestamp": "2026-11-21T09:00:00+00:00", "context": {}, "userId": "17850", "type": "track",
   "event": "Order Refunded", "messageId": "c0a8c7a4-0c5e-4f0c-9a57-0b1a3a4a7f02"}],
  "sentAt": "2026-11-22T09:59:59.500000+00:00", "writeKey": "wk_secret"}"#;

const RUDDER_NODE: &str = r#"{"batch":[
  {"type":"identify","userId":"u-2","anonymousId":null,"channel":"server",
   "context":{"traits":{"email":"ann@example.com","name":"Ann"},
     "library":{"name":"@rudderstack/rudder-sdk-node","version":"3.0.13"}},
   "traits":{"email":"ann@example.com","name":"Ann"},
   "originalTimestamp":"2026-11-22T09:59:57.000Z","sentAt":"2026-11-22T09:59:58.000Z",
   "messageId":"a3a5f3c8-2a52-4d9b-8d44-2c0b6ac2b2a1","_metadata":{"nodeVersion":"22.1.0"}},
  {"type":"screen","userId":"u-2","channel":"mobile","name":"Basket","properties":{"items":3},
   "context":{},"originalTimestamp":"2026-11-22T09:59:57.500Z",
   "sentAt":"2026-11-22T09:59:58.000Z","messageId":"a3a5f3c8-2a52-4d9b-8d44-2c0b6ac2b2a2"}],
  "timestamp":"2026-11-22T09:59:58.000Z","sentAt":"2026-11-22T09:59:58.000Z"}"#;

const RUDDER_PYTHON: &str = r#"{"batch": [{"integrations": {"All": true}, "anonymousId": null,
  "properties": {"order_id": "o-3", "total": "۱۲٫۵۰", "currency": null}, "channel": "server",
  "originalTimestamp": "2026-11-22T09:59:00+00:00", "sentAt": "2026-11-22T09:59:01+00:00",
  "context": {"library": {"name": "rudder-python", "version": "2.1.9"}, "traits": null},
  "userId": "17850", "type": "track", "event": "Completed Order",
  "messageId": "d6b2f3f1-0c5e-4f0c-9a57-0b1a3a4a7f03"}],
  "timestamp": "2026-11-22T09:59:01+00:00", "sentAt": "2026-11-22T09:59:01+00:00"}"#;

const RUDDER_BROWSER: &str = r#"{"channel":"web","type":"track","event":"Product List Viewed",
  "properties":{"list_id":"l","products":[{"product_id":"1"},{"product_id":"2"}]},
  "anonymousId":"b0e0c7a4","userId":"","context":{"page":{"path":"/","initial_referrer":"$direct"},
  "screen":{"density":1,"width":390,"height":844.5},"userAgent":"Mozilla/5.0",
  "library":{"name":"RudderLabs JavaScript SDK","version":"3.34.1"},"sessionId":1795341000000},
  "originalTimestamp":"2026-11-22T09:58:00.000Z","sentAt":"2026-11-22T09:58:00.010Z",
  "messageId":"9c1c1c1c-2222-4333-8444-555555555557","integrations":{"All":true}}"#;

const JITSU: &str = r#"{"type":"track","event":"order_completed","writeKey":"k:***",
  "anonymousId":"x7f","messageId":"V1StGXR8Z5jdHi6BmyTV1","timestamp":"2026-11-22T09:59:59.000Z",
  "sentAt":"2026-11-22T09:59:59.000Z","properties":{"orderId":"o-4","currency":"JPY",
  "total":1500,"products":[{"productId":"p","price":"1500"}]},
  "context":{"library":{"name":"@jitsu/js","version":"1.11.0"},"ip":"203.0.113.7"}}"#;

const RAW_GROUP: &str = r#"{"userId":"u-5","groupId":"company-1","traits":{"name":"Lantern Ltd",
  "employees":12},"context":{"direct":true,"groupId":"company-1"},"messageId":"raw-1"}"#;

const RAW_ALIAS: &str = r#"{"previousId":"anon-9","userId":"u-6","messageId":"raw-2",
  "timestamp":"2026-11-22T09:00:00Z"}"#;

#[test]
fn what_senders_write_is_understood() {
    for (name, kind, body) in BODIES {
        let batch = read_as(Trust::Secret, kind, body.as_bytes()).unwrap();
        assert!(batch.events.iter().all(Result::is_ok), "{name}");
        insta::assert_snapshot!(name, whole_batch(&batch));
    }
}

#[test]
fn what_surrounds_an_event_is_kept_as_sent() {
    let (_, kind, body) = BODIES[2];
    let batch = read_as(Trust::Public, kind, body.as_bytes()).unwrap();
    insta::assert_debug_snapshot!("context", batch.events[0].as_ref().unwrap().told.context);
}
