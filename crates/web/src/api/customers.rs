//! `/v1/customers` and `/v1/merges`: the twins of the list and of one customer's page.

use std::collections::BTreeMap;

use app::customers::{
    ConsentView, CustomerList, CustomerListItem, CustomerPage, ListQuery, MergeView, SAMPLE_MAX,
};
use app::insight::Insight;
use app::segments::Question;
use app::trust::{Acting, DisclosureView, TrustError};
use axum::Json;
use domain::customers::Standing;
use domain::events::RefundMatch;
use domain::money::Currency;
use domain::trust::{Action, ConsentSource, Permission, Subject};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::metrics::MetricsRow;
use super::time;
use crate::asked::{Asked, ListAsked, Path, Told, write_cursor};
use crate::asking::Asking;
use crate::errors::{ErrorAnswer, Refusal};

/// A page of customers. Amounts are in minor units of `currency`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustomersAnswer {
    /// The rows.
    customers: Vec<CustomerRow>,
    /// How many customers there are in all pages.
    total: i64,
    /// How many customers the shop has.
    of: i64,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
    /// The currency of every amount.
    currency: String,
}

/// A question about customers.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(super) struct QueryBody {
    /// A predicate over attributes; empty for everybody. See `GET /v1/attributes`.
    #[serde(rename = "where")]
    #[schema(
        example = "orders >= 3 && days_since(last_order) > 60",
        required = false
    )]
    predicate: String,
    /// `net` (the highest first), `orders`, `last_ordered` or `first_ordered` (the latest first).
    #[schema(required = false)]
    sort: String,
    /// At most so many rows, 1 to 200; 50 when nothing is said.
    #[schema(minimum = 1, maximum = 200)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
    /// So many customers out of all for whom it holds, at even distances; at most 100. The same
    /// question gives the same ones as long as nothing changes.
    #[schema(maximum = 100)]
    sample: Option<u32>,
}

/// For whom a question holds. Amounts are in minor units of `currency`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueryAnswer {
    /// The question as the language writes it.
    predicate: String,
    /// What it says, in English.
    #[schema(example = "orders at least 3 and more than 60 days since the last order")]
    explanation: String,
    /// For how many customers it holds.
    count: i64,
    /// How many customers the shop has.
    of: i64,
    /// The sample; null when none was asked for.
    sample: Option<Vec<CustomerRow>>,
    /// The rows.
    customers: Vec<CustomerRow>,
    /// The cursor of the next page; null on the last one.
    next: Option<String>,
    /// The currency of every amount.
    currency: String,
}

/// One row of the list.
#[derive(Debug, Serialize, ToSchema)]
struct CustomerRow {
    #[schema(example = "cus_0198f0a0b1c27d3e8f00112233445566")]
    customer: String,
    /// A name for people: the name told, else the most trusted identity.
    label: String,
    /// `prospect`, `new`, `returning`, `won_back` or `lapsed`.
    standing: &'static str,
    country: Option<String>,
    orders: i64,
    gross: i64,
    refunds: i64,
    net: i64,
    first_ordered_at: Option<String>,
    last_ordered_at: Option<String>,
}

/// One customer. Amounts are in minor units.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustomerAnswer {
    customer: String,
    label: String,
    standing: &'static str,
    days_since_last_order: Option<i64>,
    identities: Vec<IdentityRow>,
    /// The streams of which the customer consists.
    streams: Vec<StreamRow>,
    /// What the person told about themselves.
    traits: BTreeMap<String, String>,
    metrics: MetricsRow,
    /// What they permitted and refused, the newest word first.
    consents: Vec<ConsentRow>,
    /// What of them was handed out in files, the newest first. What the shop's own people and
    /// programs saw stands in the audit.
    disclosures: Vec<DisclosureRow>,
    wallet: Vec<WalletRow>,
    merges: Vec<MergeRow>,
    /// Refunds with the orders they were matched with.
    refunds: Vec<RefundRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct IdentityRow {
    #[schema(example = "email")]
    namespace: String,
    value: String,
    /// The stream that bears it.
    stream: String,
    /// Until when it was theirs: a browser that is somebody else's now.
    until: Option<String>,
}

/// One time that something about them was handed out.
#[derive(Debug, Serialize, ToSchema)]
struct DisclosureRow {
    at: String,
    /// To whom: `usr_…`, `key_…` or `system`.
    recipient: String,
    /// The question of the list they were on; null when it was everything about them.
    question: Option<String>,
    /// About how many people at once.
    customers: i64,
}

/// What somebody permitted or refused, with the proof.
#[derive(Debug, Serialize, ToSchema)]
struct ConsentRow {
    at: String,
    /// `analytics`, `personalisation`, `marketing` or `third_party`.
    purpose: &'static str,
    /// `granted`, `denied` or `revoked`.
    status: &'static str,
    /// `page`, `till`, `back_end` or `import`.
    source: Option<&'static str>,
    /// Which version of the text was shown, in the shop's words.
    text_version: Option<String>,
    /// The country, by its two letters.
    #[schema(example = "TW")]
    region: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct StreamRow {
    stream: String,
    /// How many facts came to it.
    facts: u64,
}

#[derive(Debug, Serialize, ToSchema)]
struct WalletRow {
    #[schema(example = "POINT:club")]
    unit: String,
    balance: i64,
    spendable: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct MergeRow {
    merge: String,
    /// The profile that gave way.
    from: String,
    /// The profile that stayed.
    into: String,
    at: String,
    undone_at: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RefundRow {
    refund_id: String,
    lines: Vec<RefundedRow>,
}

#[derive(Debug, Serialize, ToSchema)]
struct RefundedRow {
    product: String,
    quantity: i64,
    amount: i64,
    /// The orders it came from, the latest first.
    orders: Vec<MatchRow>,
    /// Units that came from no order we know.
    unmatched: i64,
}

#[derive(Debug, Serialize, ToSchema)]
struct MatchRow {
    order_id: String,
    quantity: i64,
}

impl From<CustomerListItem> for CustomerRow {
    fn from(it: CustomerListItem) -> Self {
        Self {
            customer: it.customer,
            label: it.label,
            standing: Standing::word(it.standing),
            country: it.country,
            orders: it.orders,
            gross: it.gross,
            refunds: it.refunds,
            net: it.net,
            first_ordered_at: it.first_ordered_at.map(time),
            last_ordered_at: it.last_ordered_at.map(time),
        }
    }
}

impl From<MergeView> for MergeRow {
    fn from(it: MergeView) -> Self {
        Self {
            merge: it.merge,
            from: it.from,
            into: it.into,
            at: time(it.at),
            undone_at: it.undone_at.map(time),
        }
    }
}

impl From<DisclosureView> for DisclosureRow {
    fn from(it: DisclosureView) -> Self {
        Self {
            at: time(it.at),
            recipient: it.recipient,
            question: it.question,
            customers: it.customers,
        }
    }
}

impl From<ConsentView> for ConsentRow {
    fn from(it: ConsentView) -> Self {
        Self {
            at: time(it.at),
            purpose: it.purpose.word(),
            status: it.status.word(),
            source: it.source.map(ConsentSource::word),
            text_version: it.text,
            region: it.region,
        }
    }
}

impl From<RefundMatch> for RefundRow {
    fn from(it: RefundMatch) -> Self {
        let lines = it.lines.into_iter().map(|line| RefundedRow {
            product: line.product,
            quantity: line.quantity,
            amount: line.amount,
            orders: line
                .orders
                .into_iter()
                .map(|(order_id, quantity)| MatchRow { order_id, quantity })
                .collect(),
            unmatched: line.unmatched,
        });
        Self {
            refund_id: it.refund_id,
            lines: lines.collect(),
        }
    }
}

impl CustomerAnswer {
    fn of(page: CustomerPage, currency: Currency) -> Self {
        let metrics = MetricsRow::of(&page.metrics, currency);
        let identities = page.identities.into_iter().map(|it| IdentityRow {
            namespace: it.namespace,
            value: it.value,
            stream: it.stream,
            until: it.until.map(time),
        });
        let consents = page.consents.into_iter().map(ConsentRow::from);
        let streams = page.streams.into_iter();
        let wallet = page.wallet.into_iter().map(|it| WalletRow {
            unit: it.unit,
            balance: it.balance,
            spendable: it.spendable,
        });
        Self {
            customer: page.customer,
            label: page.label,
            standing: page.standing.word(),
            days_since_last_order: page.days_since_last_order,
            identities: identities.collect(),
            streams: streams
                .map(|(stream, facts)| StreamRow { stream, facts })
                .collect(),
            traits: page.traits,
            metrics,
            consents: consents.collect(),
            disclosures: page
                .disclosures
                .into_iter()
                .map(DisclosureRow::from)
                .collect(),
            wallet: wallet.collect(),
            merges: page.merges.into_iter().map(MergeRow::from).collect(),
            refunds: page.refunds.into_iter().map(RefundRow::from).collect(),
        }
    }
}

/// Customers by words, a predicate and order, a page at a time.
#[utoipa::path(
    get,
    path = "/v1/customers",
    operation_id = "customer_list",
    tag = "customers",
    params(ListAsked),
    responses(
        (status = 200, body = CustomersAnswer),
        (status = 400, body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn list(
    asking: Asking,
    Asked(asked): Asked<ListAsked>,
) -> Result<Json<CustomersAnswer>, Refusal> {
    let query = asked.query()?;
    let CustomerList {
        customers,
        count,
        next,
    } = asking
        .ask(move |acting| {
            acting.may_search(&query.search)?;
            acting.show(Action::CustomersSeen, &Subject::Shop, |app| {
                let test = app.question(&asked.predicate)?.test;
                app.customer_list(&ListQuery { test, ..query })
            })
        })
        .await?;
    Ok(Json(CustomersAnswer {
        customers: customers.into_iter().map(CustomerRow::from).collect(),
        total: count.total,
        of: count.of,
        next: next.map(write_cursor),
        currency: asking
            .shared
            .app
            .in_force()
            .settings
            .currency
            .code()
            .to_owned(),
    }))
}

/// For whom a predicate holds: how many, some of them, and a page of them.
#[utoipa::path(
    post,
    path = "/v1/customers/query",
    operation_id = "customer_query",
    tag = "customers",
    request_body = QueryBody,
    responses(
        (status = 200, body = QueryAnswer),
        (status = 400, description = "It cannot be asked; `column` says where", body = ErrorAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 503, description = "A sample while customers are read", body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn query(
    asking: Asking,
    Told(body): Told<QueryBody>,
) -> Result<Json<QueryAnswer>, Refusal> {
    let asked = ListAsked {
        sort: body.sort,
        limit: body
            .limit
            .map(|limit| limit.to_string())
            .unwrap_or_default(),
        cursor: body.cursor.unwrap_or_default(),
        ..ListAsked::default()
    };
    let query = asked.query()?;
    if body.sample.is_some_and(|size| size > SAMPLE_MAX) {
        let sentence = format!("sample must be at most {SAMPLE_MAX}");
        return Err(Refusal::Unreadable(sentence));
    }
    let currency = asking.shared.app.in_force().settings.currency;
    let answered = asking.ask(move |acting| answered(acting, &body.predicate, query, body.sample));
    let (question, (list, sample)) = answered.await?;
    Ok(Json(QueryAnswer {
        predicate: question.predicate.to_string(),
        explanation: question.explanation.to_string(),
        count: list.count.total,
        of: list.count.of,
        sample: sample.map(sample_rows).transpose()?,
        customers: list.customers.into_iter().map(CustomerRow::from).collect(),
        next: list.next.map(write_cursor),
        currency: currency.code().to_owned(),
    }))
}

type Sample = Insight<Vec<CustomerListItem>>;

/// The question, and for whom it holds.
fn answered(
    acting: &Acting,
    predicate: &str,
    query: ListQuery,
    sample: Option<u32>,
) -> Result<(Question, (CustomerList, Option<Sample>)), TrustError> {
    let question = acting.read(Permission::SeeCustomers, |app| app.question(predicate))?;
    let test = question.test.clone();
    let shown = acting.show(Action::CustomersSeen, &Subject::Shop, |app| {
        let sample = sample.map(|size| app.customer_sample(&test, size));
        let list = app.customer_list(&ListQuery { test, ..query })?;
        Ok((list, sample.transpose()?))
    })?;
    Ok((question, shown))
}

fn sample_rows(sample: Sample) -> Result<Vec<CustomerRow>, Refusal> {
    match sample {
        Insight::Warming(percent) => Err(Refusal::Warming(percent)),
        Insight::Ready(sample) => {
            let rows = sample.iter().cloned();
            Ok(rows.map(CustomerRow::from).collect())
        }
    }
}

/// One customer, by id or by one of their identities.
#[utoipa::path(
    get,
    path = "/v1/customers/{customer}",
    operation_id = "customer_show",
    tag = "customers",
    params(("customer" = String, Path, description = "`cus_…` or `namespace:value`")),
    responses(
        (status = 200, body = CustomerAnswer),
        (status = 401, body = ErrorAnswer),
        (status = 403, body = ErrorAnswer),
        (status = 404, body = ErrorAnswer),
    ),
    security(("secret_key" = []))
)]
pub(super) async fn show(
    asking: Asking,
    Path(named): Path<String>,
) -> Result<Json<CustomerAnswer>, Refusal> {
    let page = asking
        .ask(move |acting| {
            let root = acting.customer_named(&named)?;
            acting.show(Action::CustomerSeen, &Subject::Customer(root), |app| {
                app.customer_page(root)
            })
        })
        .await?;
    Ok(Json(CustomerAnswer::of(
        page,
        asking.shared.app.in_force().settings.currency,
    )))
}
