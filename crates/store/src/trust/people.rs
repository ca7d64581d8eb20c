//! The people who work for the shop.

use domain::ids::UserId;
use domain::time::Millis;

use crate::engine::Conn;
use crate::error::StoreError;
use crate::session::Tx;
use crate::sql;
use crate::value::Row;

/// Somebody as the store has them: what names them is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredUser {
    /// Their id.
    pub id: UserId,
    /// Their role.
    pub role: String,
    /// Whether they may sign in.
    pub state: String,
    /// The key that opens what is theirs, wrapped; none once they are erased.
    pub wrapped: Option<Vec<u8>>,
    /// Their address, sealed.
    pub email: Option<Vec<u8>>,
    /// Their name, sealed.
    pub name: Option<Vec<u8>>,
    /// The hash of their password.
    pub password: Option<String>,
    /// The secret of their second factor, sealed.
    pub totp: Option<Vec<u8>>,
    /// The same, offered and not yet proved, sealed.
    pub totp_offered: Option<Vec<u8>>,
    /// The last step whose code was used.
    pub totp_step: Option<i64>,
    /// HMACs of the codes on paper that are left, in hexadecimal, with spaces between.
    pub recovery: String,
    /// When they were invited.
    pub created_at: Millis,
    /// When they were last here.
    pub seen_at: Option<Millis>,
}

fn read(mut row: Row) -> Result<StoredUser, StoreError> {
    let blob =
        |row: &Row, name: &str| Ok::<_, StoreError>(row.blob_or_null(name)?.map(<[u8]>::to_vec));
    Ok(StoredUser {
        id: UserId::from_bytes(row.id("id")?),
        role: row.take_text("role")?,
        state: row.take_text("state")?,
        wrapped: blob(&row, "wrapped")?,
        email: blob(&row, "email")?,
        name: blob(&row, "name")?,
        password: row.text_or_null("password")?.map(str::to_owned),
        totp: blob(&row, "totp")?,
        totp_offered: blob(&row, "totp_offered")?,
        totp_step: row.int_or_null("totp_step")?,
        recovery: row.take_text("recovery")?,
        created_at: row.millis("created_at")?,
        seen_at: row.millis_or_null("seen_at")?,
    })
}

/// Whether anybody works here yet.
///
/// # Errors
/// When the database fails.
pub fn user_exists(conn: &mut Conn) -> Result<bool, StoreError> {
    Ok(conn
        .optional(sql!("SELECT id FROM users ORDER BY id LIMIT 1"), &[])?
        .is_some())
}

/// Locks who works here as a whole: every change of roles and states waits here for the one
/// before, so that each sees what the other left.
///
/// # Errors
/// When the database fails.
pub fn people_lock(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "INSERT INTO store_info (name, value) VALUES ('people', '')
             ON CONFLICT (name) DO NOTHING"
        ),
        &[],
    )?;
    tx.one(
        sql!("SELECT name FROM store_info WHERE name = 'people' FOR UPDATE"),
        &[],
    )?;
    Ok(())
}

/// Keeps somebody new.
///
/// # Errors
/// When the database fails.
pub fn user_insert(tx: &mut Tx<'_>, user: &StoredUser) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "INSERT INTO users (id, role, state, recovery, created_at)
             VALUES ($1, $2, $3, $4, $5)"
        ),
        &[
            user.id.into(),
            user.role.as_str().into(),
            user.state.as_str().into(),
            user.recovery.as_str().into(),
            user.created_at.into(),
        ],
    )?;
    user_put(tx, user)
}

/// Writes everything that can change about somebody; the caller holds their lock.
///
/// # Errors
/// When the database fails.
pub fn user_put(tx: &mut Tx<'_>, user: &StoredUser) -> Result<(), StoreError> {
    tx.run(
        sql!(
            "UPDATE users SET role = $2, state = $3, wrapped = $4, email = $5, name = $6,
                    password = $7, totp = $8, totp_offered = $9, totp_step = $10,
                    recovery = $11, seen_at = $12
              WHERE id = $1"
        ),
        &[
            user.id.into(),
            user.role.as_str().into(),
            user.state.as_str().into(),
            user.wrapped.clone().into(),
            user.email.clone().into(),
            user.name.clone().into(),
            user.password.clone().into(),
            user.totp.clone().into(),
            user.totp_offered.clone().into(),
            user.totp_step.into(),
            user.recovery.as_str().into(),
            user.seen_at.into(),
        ],
    )?;
    Ok(())
}

/// Somebody.
///
/// # Errors
/// When the database fails.
pub fn user_get(conn: &mut Conn, id: UserId) -> Result<Option<StoredUser>, StoreError> {
    conn.optional(
        sql!(
            "SELECT id, role, state, wrapped, email, name, password, totp, totp_offered,
                    totp_step, recovery, created_at, seen_at
               FROM users WHERE id = $1"
        ),
        &[id.into()],
    )?
    .map(read)
    .transpose()
}

/// Somebody, locked until the end of the transaction.
///
/// # Errors
/// When the database fails.
pub fn user_lock(tx: &mut Tx<'_>, id: UserId) -> Result<Option<StoredUser>, StoreError> {
    tx.optional(
        sql!(
            "SELECT id, role, state, wrapped, email, name, password, totp, totp_offered,
                    totp_step, recovery, created_at, seen_at
               FROM users WHERE id = $1 FOR UPDATE"
        ),
        &[id.into()],
    )?
    .map(read)
    .transpose()
}

/// Everybody, in order of having been invited, at most `limit`.
///
/// # Errors
/// When the database fails.
pub fn users(conn: &mut Conn, limit: u32) -> Result<Vec<StoredUser>, StoreError> {
    conn.rows(
        sql!(
            "SELECT id, role, state, wrapped, email, name, password, totp, totp_offered,
                    totp_step, recovery, created_at, seen_at
               FROM users ORDER BY created_at, id LIMIT $1"
        ),
        &[i64::from(limit).into()],
    )?
    .into_iter()
    .map(read)
    .collect()
}

/// How many others of this role and state there are; the caller holds [`people_lock`].
///
/// # Errors
/// When the database fails.
pub fn users_beside(
    tx: &mut Tx<'_>,
    id: UserId,
    role: &str,
    state: &str,
) -> Result<i64, StoreError> {
    tx.one(
        sql!(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM users
              WHERE id <> $1 AND role = $2 AND state = $3"
        ),
        &[id.into(), role.into(), state.into()],
    )?
    .int("n")
}

/// Binds an address to somebody; false when it is somebody's already.
///
/// # Errors
/// When the database fails.
pub fn email_bind(tx: &mut Tx<'_>, hmac: &[u8; 16], id: UserId) -> Result<bool, StoreError> {
    let bound = tx.run(
        sql!(
            "INSERT INTO user_emails (hmac, user_id) VALUES ($1, $2)
             ON CONFLICT (hmac) DO NOTHING"
        ),
        &[hmac.into(), id.into()],
    )?;
    Ok(bound == 1)
}

/// Whose address this is.
///
/// # Errors
/// When the database fails.
pub fn email_find(conn: &mut Conn, hmac: &[u8; 16]) -> Result<Option<UserId>, StoreError> {
    conn.optional(
        sql!("SELECT user_id FROM user_emails WHERE hmac = $1"),
        &[hmac.into()],
    )?
    .map(|row| Ok(UserId::from_bytes(row.id("user_id")?)))
    .transpose()
}

/// Removes what leads to somebody: address, sessions, passes, letters.
///
/// # Errors
/// When the database fails.
pub fn user_unlink(tx: &mut Tx<'_>, id: UserId) -> Result<(), StoreError> {
    for statement in [
        sql!("DELETE FROM user_emails WHERE user_id = $1"),
        sql!("DELETE FROM sessions WHERE user_id = $1"),
        sql!("DELETE FROM passes WHERE user_id = $1"),
        sql!("DELETE FROM letters WHERE user_id = $1"),
    ] {
        tx.run(statement, &[id.into()])?;
    }
    Ok(())
}
