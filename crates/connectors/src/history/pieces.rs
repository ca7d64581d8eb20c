//! From sorted documents to pieces of history, each small enough for one transaction.

use std::io;

use domain::customers::{Identity, Namespace};
use domain::events::{CustomerHistory, HistoryPiece, IDENTITIES_MAX, OrderNews, ProductTold};

use super::codec::damaged;
use super::documents::{
    ANONYMOUS, CUSTOMER, Front, NEWS, PRODUCT, key_name, read_anonymous, shared_key,
};
use super::error::Error;
use super::products;
use super::sort::{Cursor, Kept};

/// The most products, news of orders, and orders that lead to nobody, of one piece.
pub const CHUNK_MAX: usize = 500;
/// The most lines of one customer's piece, unless a single order has more.
pub const PIECE_LINES_MAX: usize = 5_000;

/// The pieces of a sorted file, in a fixed order: products, customers, news of
/// orders, orders without a customer.
/// After an error comes nothing more.
pub struct Pieces<'a>(State<'a>);

enum State<'a> {
    New(&'a mut Kept),
    Reading(Waiting<'a>),
    Over,
}

/// A cursor on a document that no piece has yet.
struct Waiting<'a>(Cursor<'a>);

impl<'a> Pieces<'a> {
    pub(super) fn new(kept: &'a mut Kept) -> Self {
        Self(State::New(kept))
    }

    fn next_piece(&mut self) -> io::Result<Option<HistoryPiece>> {
        let mut waiting = match std::mem::replace(&mut self.0, State::Over) {
            State::Over => return Ok(None),
            State::Reading(waiting) => waiting,
            State::New(kept) => {
                let mut cursor = kept.cursor()?;
                if !cursor.advance()? {
                    return Ok(None);
                }
                Waiting(cursor)
            }
        };
        let (piece, has_more) = match waiting.class() {
            PRODUCT => waiting.products()?,
            CUSTOMER => waiting.customer()?,
            NEWS => waiting.news()?,
            ANONYMOUS => waiting.anonymous()?,
            _ => return Err(damaged()),
        };
        if has_more {
            self.0 = State::Reading(waiting);
        }
        Ok(Some(piece))
    }
}

impl Iterator for Pieces<'_> {
    type Item = Result<HistoryPiece, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_piece().map_err(Error::Temporary).transpose()
    }
}

/// Each method takes one piece, and says whether the cursor stands on a further document.
impl Waiting<'_> {
    fn class(&self) -> u8 {
        self.0.key().first().copied().unwrap_or(u8::MAX)
    }

    fn products(&mut self) -> io::Result<(HistoryPiece, bool)> {
        let mut told: Vec<ProductTold> = Vec::new();
        let mut has_more = true;
        while has_more && self.class() == PRODUCT && told.len() < CHUNK_MAX {
            let shared = shared_key(self.0.key()).to_vec();
            let mut best = self.0.payload().to_vec();
            has_more = self.0.advance()?;
            while has_more && shared_key(self.0.key()) == shared {
                if products::is_better(self.0.payload(), &best)? {
                    best = self.0.payload().to_vec();
                }
                has_more = self.0.advance()?;
            }
            told.push(products::read(key_name(&shared)?, &best)?);
        }
        Ok((HistoryPiece::Products(told), has_more))
    }

    fn customer(&mut self) -> io::Result<(HistoryPiece, bool)> {
        let shared = shared_key(self.0.key()).to_vec();
        let mut identities: Vec<Identity> = Vec::new();
        let mut documents = Vec::new();
        let mut lines = 0;
        let mut has_more = true;
        while has_more && shared_key(self.0.key()) == shared {
            let front = Front::read(self.0.payload())?;
            let new = new_identities(&identities, &front)?;
            lines += front.line_count;
            let is_full = lines > PIECE_LINES_MAX || identities.len() + new.len() > IDENTITIES_MAX;
            if is_full && !documents.is_empty() {
                break;
            }
            identities.extend(new);
            documents.push(front.into_document()?);
            has_more = self.0.advance()?;
        }
        identities.sort_unstable();
        let history = CustomerHistory {
            identities,
            documents,
        };
        Ok((HistoryPiece::Customer(history), has_more))
    }

    fn news(&mut self) -> io::Result<(HistoryPiece, bool)> {
        let mut news: Vec<OrderNews> = Vec::new();
        let mut lines = 0;
        let mut has_more = true;
        while has_more && self.class() == NEWS && news.len() < CHUNK_MAX {
            let front = Front::read(self.0.payload())?;
            lines += front.line_count;
            if lines > PIECE_LINES_MAX && !news.is_empty() {
                break;
            }
            news.push(OrderNews {
                order_id: key_name(self.0.key())?.to_owned(),
                document: front.into_document()?,
            });
            has_more = self.0.advance()?;
        }
        Ok((HistoryPiece::Orders(news), has_more))
    }

    fn anonymous(&mut self) -> io::Result<(HistoryPiece, bool)> {
        let mut orders = Vec::new();
        let mut has_more = true;
        while has_more && orders.len() < CHUNK_MAX {
            orders.push(read_anonymous(self.0.payload())?);
            has_more = self.0.advance()?;
        }
        Ok((HistoryPiece::Anonymous(orders), has_more))
    }
}

/// The names in a document that the piece does not have yet, the most trusted first.
fn new_identities(known: &[Identity], front: &Front<'_>) -> io::Result<Vec<Identity>> {
    let mut new = Vec::new();
    let namespaces = [
        Namespace::UserId,
        Namespace::Email,
        Namespace::Phone,
        Namespace::Card,
    ];
    for (namespace, value) in namespaces.into_iter().zip(front.who.names()) {
        let is_known = known
            .iter()
            .any(|one| one.namespace == namespace && one.value() == value);
        if !value.is_empty() && !is_known {
            new.push(Identity::new(namespace, value).map_err(|_| damaged())?);
        }
    }
    Ok(new)
}
