//! Whoever asks, and the one way in which a handler asks for them.

use app::App;
use app::AppError;
use app::trust::{Acting, Origin, SignedIn, TrustError, Who};
use axum::http::{HeaderMap, Uri};
use domain::settings::ShopSettings;
use domain::trust::{Permission, Permissions};

use crate::errors::Refusal;
use crate::i18n::{Speech, speech_for};
use crate::layout::{Shop, Viewer};
use crate::shared::Shared;

/// Somebody who passed the gate, in the language in which they are answered.
pub(crate) struct Asking {
    pub(crate) shared: Shared,
    pub(crate) acting: Acting,
    pub(crate) speech: &'static Speech,
    /// The path and the query that they asked for.
    pub(crate) address: String,
    /// What their forms carry; empty where nobody is signed in.
    token: String,
}

impl Asking {
    pub(crate) fn new(shared: Shared, acting: Acting, headers: &HeaderMap, uri: &Uri) -> Self {
        let token = match acting.who() {
            Who::User(who) => shared.app.csrf(who),
            Who::Key(_) | Who::System => String::new(),
        };
        Self {
            speech: speech_for(headers),
            address: uri
                .path_and_query()
                .map_or("/", |it| it.as_str())
                .to_owned(),
            shared,
            acting,
            token,
        }
    }

    /// Asks a use case on a thread that may block.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        task: impl FnOnce(&Acting) -> Result<T, TrustError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let acting = self.acting.clone();
        self.shared.run(move || task(&acting)).await
    }

    /// Reads what names nobody.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        needs: Permission,
        task: impl FnOnce(&App) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Refusal> {
        self.ask(move |acting| acting.read(needs, task)).await
    }

    pub(crate) fn may(&self, permission: Permission) -> bool {
        self.acting.may(permission)
    }

    /// The person who is signed in; none for a program, or where nobody has to.
    pub(crate) fn signed_in(&self) -> Option<&SignedIn> {
        match self.acting.who() {
            Who::User(who) => Some(who),
            Who::Key(_) | Who::System => None,
        }
    }

    /// What the frame of a page says of the shop and of its reader.
    pub(crate) fn shop<'a>(&'a self, settings: &'a ShopSettings) -> Option<Shop<'a>> {
        Some(Shop {
            settings,
            neighbour: self.shared.options.neighbour.as_ref(),
            viewer: Viewer {
                name: self.signed_in().map(|who| who.name.reveal().as_str()),
                token: &self.token,
                permissions: self.permissions(),
            },
        })
    }

    fn permissions(&self) -> Permissions {
        self.acting.who().permissions()
    }
}

/// Somebody of whom nothing is known: at the login, or where nobody needs one.
pub(crate) struct Stranger {
    pub(crate) shared: Shared,
    pub(crate) origin: Origin,
    pub(crate) speech: &'static Speech,
    pub(crate) headers: HeaderMap,
}

impl Stranger {
    pub(crate) fn new(shared: Shared, origin: Origin, headers: HeaderMap) -> Self {
        Self {
            speech: speech_for(&headers),
            shared,
            origin,
            headers,
        }
    }

    /// Asks a use case on a thread that may block.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        task: impl FnOnce(&App, &Origin) -> Result<T, TrustError> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (app, origin) = (self.shared.app.clone(), self.origin.clone());
        self.shared.run(move || task(&app, &origin)).await
    }
}
