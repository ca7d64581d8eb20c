//! What can go wrong in the store.

use std::fmt;

/// What can go wrong in the store. Rules of the trade are refused before any write and are not
/// errors of this floor.
#[derive(Debug)]
pub enum StoreError {
    /// The database refused or failed a statement.
    Database {
        /// What the database said.
        message: String,
        /// Whether the same transaction may succeed when it is run again.
        retryable: bool,
        /// Whether the connection is gone.
        disconnected: bool,
    },
    /// A value was not of the type that was asked for, or a document could not be read.
    Shape(String),
    /// A row that must be there is missing.
    Missing(&'static str),
    /// The store cannot be opened as asked; the sentence says what to do.
    Refused(String),
    /// What was read has changed before it was locked: run the transaction again.
    Stale,
    /// The queue is full: try again later.
    Busy,
    /// The store is shutting down.
    Closed,
    /// Somebody stopped it; nothing half done was left behind.
    Stopped,
    /// A fault that a test injected.
    Injected(String),
}

impl StoreError {
    /// A database error that will not go away by trying again.
    pub(crate) fn database(message: impl fmt::Display) -> Self {
        Self::Database {
            message: message.to_string(),
            retryable: false,
            disconnected: false,
        }
    }

    /// A value or document of the wrong shape.
    pub fn shape(message: impl fmt::Display) -> Self {
        Self::Shape(message.to_string())
    }

    /// Whether the same transaction may succeed when it is run again.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Stale
                | Self::Database {
                    retryable: true,
                    ..
                }
        )
    }

    /// Whether the connection is gone.
    #[must_use]
    pub const fn is_disconnected(&self) -> bool {
        matches!(
            self,
            Self::Database {
                disconnected: true,
                ..
            }
        )
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database { message, .. } => write!(f, "the database said: {message}"),
            Self::Shape(message) => write!(f, "the store holds something unexpected: {message}"),
            Self::Missing(what) => write!(f, "the store holds no {what}"),
            Self::Refused(sentence) => f.write_str(sentence),
            Self::Stale => f.write_str("a customer was merged or erased at the same moment"),
            Self::Busy => f.write_str("too many writes are waiting: try again in a moment"),
            Self::Closed => f.write_str("the store is shutting down"),
            Self::Stopped => f.write_str("stopped; nothing half done was left behind"),
            Self::Injected(point) => write!(f, "a fault was injected at {point}"),
        }
    }
}

impl std::error::Error for StoreError {}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let retryable = matches!(
            error.sqlite_error_code(),
            Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked)
        );
        Self::Database {
            message: error.to_string(),
            retryable,
            disconnected: false,
        }
    }
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        use postgres::error::SqlState;
        let state = error.code();
        let retryable = matches!(
            state,
            Some(&SqlState::T_R_SERIALIZATION_FAILURE | &SqlState::T_R_DEADLOCK_DETECTED)
        );
        let stopping = matches!(
            state,
            Some(
                &SqlState::ADMIN_SHUTDOWN
                    | &SqlState::CRASH_SHUTDOWN
                    | &SqlState::CANNOT_CONNECT_NOW
            )
        );
        // The server's detail is left out: it quotes values, which may be personal.
        let message = match (error.as_db_error(), std::error::Error::source(&error)) {
            (Some(said), _) => said.message().to_owned(),
            (None, Some(cause)) => format!("{error}: {cause}"),
            (None, None) => error.to_string(),
        };
        Self::Database {
            message,
            retryable,
            disconnected: stopping || error.is_closed() || is_io(&error),
        }
    }
}

/// A broken connection, told from what the server or the client said about a statement.
fn is_io(error: &postgres::Error) -> bool {
    use std::error::Error;
    error
        .source()
        .is_some_and(<dyn Error>::is::<std::io::Error>)
}
