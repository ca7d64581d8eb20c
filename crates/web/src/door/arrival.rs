//! A body comes in whole before its request takes a seat: whoever sends slowly keeps nobody from
//! being served, and what all bodies hold is bounded.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout};

use super::line::Line;
use super::{BREATH, DoorOptions};
use crate::errors::Refusal;
use crate::shared::Shared;

/// So much of a body that is not taken is read all the same and let fall: a sender who is still
/// sending hears no answer when the connection is closed.
const DROPPED_BYTES_MAX: usize = 4 << 20;

/// The room for bodies.
pub(crate) struct Arrivals {
    options: DoorOptions,
    body_bytes_max: usize,
    /// Bytes free for bodies on their way, and who brings them.
    arriving: Arc<Semaphore>,
    line: Arc<Line>,
    /// Bytes free for bodies that are here.
    held: Arc<Semaphore>,
}

impl Arrivals {
    pub(crate) fn new(options: &DoorOptions, body_bytes_max: usize) -> Self {
        Self {
            options: options.clone(),
            body_bytes_max,
            arriving: Arc::new(Semaphore::new(options.arriving_bytes_max)),
            line: Arc::default(),
            held: Arc::new(Semaphore::new(options.held_bytes_max)),
        }
    }

    async fn take_in(&self, body: Body) -> Result<(Bytes, Load), Refusal> {
        let leave = Arc::new(Notify::new());
        let turn = self.line.stand(&leave);
        let read = timeout(self.options.body_timeout, self.read(body));
        let (bytes, on_its_way) = tokio::select! {
            biased;
            () = leave.notified() => return Err(Refusal::SlowBody),
            outcome = read => outcome.map_err(|_| Refusal::SlowBody)??,
        };
        drop(turn);
        let load = Load::new(&self.held, bytes.len())?;
        drop(on_its_way);
        Ok((bytes.into(), load))
    }

    /// Reads a body within the bounds of time and room. What is refused is still heard out, as
    /// long as that is worth it.
    async fn read(
        &self,
        mut body: Body,
    ) -> Result<(Vec<u8>, Option<OwnedSemaphorePermit>), Refusal> {
        let (mut bytes, mut room) = (Vec::new(), None);
        while let Some(data) = self.next(&mut body).await? {
            if bytes.len() + data.len() > self.body_bytes_max {
                drop((bytes, room));
                return Err(self.hear_out(body, Refusal::TooLarge).await);
            }
            let Some(more) = self.room_for(data.len()).await else {
                drop((bytes, room));
                return Err(self.hear_out(body, Refusal::TooMany).await);
            };
            match &mut room {
                None => room = Some(more),
                Some(room) => room.merge(more),
            }
            bytes.extend_from_slice(&data);
        }
        Ok((bytes, room))
    }

    /// What comes next of a body; none at its end.
    async fn next(&self, body: &mut Body) -> Result<Option<Bytes>, Refusal> {
        loop {
            let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context));
            let frame = timeout(self.options.pause_max, frame).await;
            return match frame.map_err(|_| Refusal::SlowBody)? {
                None => Ok(None),
                Some(Err(_)) => Err(Refusal::Unreadable("the body breaks off".to_owned())),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => Ok(Some(data)),
                    // Headers after the body tell nobody here anything.
                    Err(_) => continue,
                },
            };
        }
    }

    /// Room for what has come, if need be that of those who have been on the way longest: one after
    /// the other, each with a moment to go, until there is enough.
    async fn room_for(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        let bytes = u32::try_from(bytes).ok()?;
        if let Ok(room) = Arc::clone(&self.arriving).try_acquire_many_owned(bytes) {
            return Some(room);
        }
        let until = Instant::now() + self.options.pause_max;
        while Instant::now() < until && self.line.send_away_longest() {
            let room = Arc::clone(&self.arriving).acquire_many_owned(bytes);
            if let Ok(room) = timeout(BREATH, room).await {
                return room.ok();
            }
        }
        None
    }

    async fn hear_out(&self, mut body: Body, refusal: Refusal) -> Refusal {
        let mut dropped = 0;
        while dropped < DROPPED_BYTES_MAX {
            match self.next(&mut body).await {
                Ok(Some(data)) => dropped += data.len(),
                Ok(None) | Err(_) => break,
            }
        }
        refusal
    }
}

/// What a request holds of the room for bodies, until the last of these is dropped.
#[derive(Clone)]
pub(crate) struct Load {
    all: Arc<Semaphore>,
    room: Arc<Mutex<OwnedSemaphorePermit>>,
}

impl Load {
    fn new(all: &Arc<Semaphore>, bytes: usize) -> Result<Self, Refusal> {
        Ok(Self {
            all: Arc::clone(all),
            room: Arc::new(Mutex::new(Self::take(all, bytes)?)),
        })
    }

    fn take(all: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let bytes = u32::try_from(bytes).map_err(|_| Refusal::TooLarge)?;
        let room = Arc::clone(all).try_acquire_many_owned(bytes);
        room.map_err(|_| Refusal::TooMany)
    }

    /// Takes room for what came out of a packed body.
    ///
    /// # Errors
    /// [`Refusal::TooMany`] when there is none.
    pub(crate) fn grow(&self, bytes: usize) -> Result<(), Refusal> {
        let more = Self::take(&self.all, bytes)?;
        let mut room = self.room.lock().unwrap_or_else(PoisonError::into_inner);
        room.merge(more);
        Ok(())
    }
}

/// Brings the body of a request in, and gives the request on with it.
pub(crate) async fn bring_in(
    State(shared): State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    match shared.arrivals.take_in(body).await {
        Ok((bytes, load)) => {
            parts.extensions.insert(load.clone());
            let answer = next.run(Request::from_parts(parts, Body::from(bytes)));
            let answer = answer.await;
            drop(load);
            answer
        }
        Err(refusal) => refusal.into_response(),
    }
}
