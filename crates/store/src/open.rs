//! Opening a store on either engine.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;

use crate::engine::{Conn, Engine, PostgresConn, SqliteConn};
use crate::error::StoreError;
use crate::migrate::{SCHEMA_VERSION, migrate_safely};
use crate::readers::Readers;
use crate::session::{Hook, Session};
use crate::writer::{Connect, Queue, Queues, Task, Writers};

/// The name of the SQLite file in the data folder.
pub(crate) const FILE: &str = "fanous.db";
/// The file that a process holds locked while it has the store open.
const LOCK: &str = "fanous.lock";
/// When the write-ahead log holds so many pages, the checkpointer moves them into the file: 16 MB.
const CHECKPOINT_PAGES: i64 = 4_096;
/// When it holds so many, the writer moves the last of them itself, so that the log can begin
/// anew: 64 MB. While writes come without a pause there is always a last one.
const CHECKPOINT_WHOLE_PAGES: i64 = 16_384;

/// How to open a store.
#[derive(Debug, Clone)]
pub struct Options {
    /// Writer connections on PostgreSQL; SQLite always has one.
    pub writers: usize,
    /// Reader connections at most.
    pub readers_max: usize,
    /// The PostgreSQL schema of the shop; none means the server's default.
    pub schema: Option<String>,
    /// Accept a PostgreSQL server that may lose what it acknowledged.
    pub unsafe_durability: bool,
    /// Somebody says that there is a backup: the tables of a PostgreSQL database may be changed.
    pub backup_done: bool,
    /// Which program this is; two of them do not open one database at once.
    pub program: String,
    /// What tests do at named points.
    pub hook: Hook,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            writers: 4,
            readers_max: 4,
            schema: None,
            unsafe_durability: false,
            backup_done: false,
            program: format!("{} schema {SCHEMA_VERSION}", env!("CARGO_PKG_VERSION")),
            hook: Hook::none(),
        }
    }
}

/// An open store of one shop.
#[derive(Debug)]
pub struct Store {
    // Dropped in this order: writers finish first, the lock goes last.
    writers: Writers,
    _checkpointer: Option<Checkpointer>,
    readers: Arc<Readers>,
    engine: Engine,
    sqlite_file: Option<PathBuf>,
    _lock: Option<File>,
}

impl Store {
    /// Opens `data`: a folder (SQLite inside), or a `postgres://` address.
    ///
    /// # Errors
    /// When it cannot be opened, is open elsewhere, is newer than the program, or may lose data.
    pub fn open(data: &str, options: &Options) -> Result<Self, StoreError> {
        if is_address(data) {
            Self::open_postgres(data, options)
        } else {
            Self::open_sqlite(Path::new(data), options)
        }
    }

    fn open_sqlite(folder: &Path, options: &Options) -> Result<Self, StoreError> {
        make_private(folder)
            .map_err(|error| refused(&format!("the folder {}: {error}", folder.display())))?;
        let lock = lock_folder(folder)?;
        let file = folder.join(FILE);
        let mut conn = Conn::Sqlite(SqliteConn::open(&file, false)?);
        migrate_safely(&mut conn, Some(&file), false)?;
        drop(conn);
        let writer_file = file.clone();
        let hook = options.hook.clone();
        let connect: Connect = Box::new(move || {
            Session::new(
                Conn::Sqlite(SqliteConn::open(&writer_file, false)?),
                1,
                hook.clone(),
            )
        });
        let reader_file = file.clone();
        let readers = Readers::new(
            Box::new(move || Ok(Conn::Sqlite(SqliteConn::open(&reader_file, true)?))),
            options.readers_max,
        );
        let writers = Writers::start(vec![connect])?;
        let checkpointer = Checkpointer::start(&file, writers.queues().clone())?;
        Ok(Self {
            writers,
            _checkpointer: Some(checkpointer),
            readers: Arc::new(readers),
            engine: Engine::Sqlite,
            sqlite_file: Some(file),
            _lock: Some(lock),
        })
    }

    fn open_postgres(url: &str, options: &Options) -> Result<Self, StoreError> {
        let mut first = open_durable(url, options)?;
        first.enter_as(&options.program)?;
        let mut first = Conn::Postgres(first);
        migrate_safely(&mut first, None, options.backup_done)?;
        drop(first);
        let connects = (0..options.writers.max(1))
            .map(|_| {
                let (url, options) = (url.to_owned(), options.clone());
                let connect: Connect = Box::new(move || {
                    let mut conn = open_durable(&url, &options)?;
                    conn.enter_as(&options.program)?;
                    let writer = conn.take_writer()?;
                    Session::new(Conn::Postgres(conn), writer, options.hook.clone())
                });
                connect
            })
            .collect();
        let (reader_url, schema) = (url.to_owned(), options.schema.clone());
        let readers = Readers::new(
            Box::new(move || {
                Ok(Conn::Postgres(PostgresConn::open(
                    &reader_url,
                    schema.as_deref(),
                    true,
                )?))
            }),
            options.readers_max,
        );
        Ok(Self {
            writers: Writers::start(connects)?,
            _checkpointer: None,
            readers: Arc::new(readers),
            engine: Engine::Postgres,
            sqlite_file: None,
            _lock: None,
        })
    }

    /// Which engine this store runs on.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// The SQLite file, if there is one.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&Path> {
        self.sqlite_file.as_deref()
    }

    /// The connections that read.
    pub(crate) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Reads under one short snapshot; see [`Readers::read`].
    ///
    /// # Errors
    /// What `work` or the database says.
    pub fn read<T>(
        &self,
        work: impl FnOnce(&mut Conn) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.readers.read(work)
    }

    /// Finishes the writes that wait and takes no more. Dropping the store does so too, but tasks
    /// may hold it themselves: whoever opened it closes it, and then nothing of it runs any more.
    pub fn close(&self) {
        self.writers.close();
    }

    /// Puts a task into a queue of the writers and returns at once.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the queue is full.
    pub fn submit(&self, queue: Queue, task: Task) -> Result<(), StoreError> {
        self.writers.queues().submit(queue, task)
    }

    /// Runs a task on a writer and waits for its answer.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when the queue is full, [`StoreError::Closed`] when the task did not
    /// come to its end, and what the task says.
    pub fn write<T: Send + 'static>(
        &self,
        queue: Queue,
        task: impl FnOnce(&mut Session) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.submit(
            queue,
            Box::new(move |session| {
                // Nobody may be waiting any more; the work was done all the same.
                let _ = sender.send(task(session));
            }),
        )?;
        receiver.recv().map_err(|_| StoreError::Closed)?
    }
}

/// Whether this is the address of a PostgreSQL database and not a folder.
#[must_use]
pub fn is_address(data: &str) -> bool {
    data.starts_with("postgres://") || data.starts_with("postgresql://")
}

/// Makes the folder if it is missing, for its owner alone: it holds what customers did.
pub(crate) fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A connection that may write. Each is asked for what it promises, because some of that is the
/// session's own, and because the server may be another one after a lost connection.
pub(crate) fn open_durable(url: &str, options: &Options) -> Result<PostgresConn, StoreError> {
    let mut conn = PostgresConn::open(url, options.schema.as_deref(), false)?;
    if !options.unsafe_durability {
        conn.check_durability()?;
    }
    Ok(conn)
}

fn refused(sentence: &str) -> StoreError {
    StoreError::Refused(sentence.to_owned())
}

/// One process at a time: SQLite's single writer is this program's writer thread.
pub(crate) fn lock_folder(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| refused(&format!("{}: {error}", path.display())))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Refused(format!(
            "the store in {} is open in another Fanous: stop that one, or give this command \
             beside it while it serves",
            folder.display()
        ))),
        Err(TryLockError::Error(error)) => Err(refused(&format!("{}: {error}", path.display()))),
    }
}

/// Moves the write-ahead log into the file, on its own thread and connection, so that writes pay
/// for the last few pages only.
#[derive(Debug)]
struct Checkpointer {
    stop: mpsc::Sender<()>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Checkpointer {
    fn start(file: &Path, queues: Queues) -> Result<Self, StoreError> {
        let (stop, stopped) = mpsc::channel();
        let mut conn = SqliteConn::open(file, false)?;
        let thread = std::thread::Builder::new()
            .name("checkpointer".to_owned())
            .spawn(move || {
                let pause = std::time::Duration::from_millis(100);
                while stopped.recv_timeout(pause) == Err(mpsc::RecvTimeoutError::Timeout) {
                    if let Err(error) = checkpoint(&mut conn, &queues) {
                        tracing::warn!(%error, "checkpoint");
                    }
                }
            })
            .map_err(StoreError::database)?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

fn checkpoint(conn: &mut SqliteConn, queues: &Queues) -> Result<(), StoreError> {
    if conn.log_pages()? < CHECKPOINT_PAGES {
        return Ok(());
    }
    conn.checkpoint()?;
    if conn.log_pages()? < CHECKPOINT_WHOLE_PAGES {
        return Ok(());
    }
    // What came meanwhile is moved too, so that as little as possible is left for the writer.
    conn.checkpoint()?;
    let (sender, receiver) = mpsc::sync_channel(1);
    let task: Task = Box::new(move |session| {
        let outcome = match session.conn() {
            Conn::Sqlite(conn) => conn.checkpoint(),
            Conn::Postgres(_) => Ok(()),
        };
        // The checkpointer may have been stopped; the pages were moved all the same.
        let _ = sender.send(outcome);
    });
    match queues.submit(Queue::Interactive, task) {
        // The store is closing, or will be asked again in a moment.
        Err(StoreError::Closed | StoreError::Busy) => Ok(()),
        Err(error) => Err(error),
        Ok(()) => receiver.recv().unwrap_or(Ok(())),
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        // The thread may have ended already; then there is nobody to tell.
        let _ = self.stop.send(());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the checkpointer panicked");
        }
    }
}
