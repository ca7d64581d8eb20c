//! The only floor with SQL: SQLite and PostgreSQL behind one text.
//!
//! It must never know a rule of the trade, HTTP, a clock or a random number. Above the rooms
//! (`events`, `customers`, `loyalty`, …: a statement and its function are neighbours) stand
//! [`Store`], which opens either engine; [`Session`], a writer's connection for one task;
//! [`Tx`], a write transaction; and [`Conn`], what reading functions need.

pub mod changes;
pub mod customers;
pub mod engine;
pub mod events;
pub mod health;
pub mod insight;
pub mod loyalty;
pub mod messages;
pub mod segments;
pub mod settings;
pub mod trust;
pub mod visits;

mod backup;
mod copy;
mod error;
mod migrate;
mod moving;
mod readers;
mod render;
mod session;
mod sql;
mod value;
mod writer;

pub use backup::{BackupFile, backup_read};
pub use copy::{TableCount, Watch, WholeProgress};
pub use engine::{Conn, Engine};
pub use error::StoreError;
pub use migrate::{SCHEMA_VERSION, schema_statements, schema_tables};
pub use moving::{Claimed, store_move};
pub use readers::Readers;
pub use render::{Dialect, render};
pub use session::{Hook, Session, Tx, WRITE_POINTS};
pub use sql::{RowsSql, Sql};
pub use value::{Row, Value};
pub use writer::{Queue, Task};

mod open;
pub use open::{Options, Store, is_address};
