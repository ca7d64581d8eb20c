//! The whole list of a question as a file, not only the page of it that is shown.

use app::customers::{ListQuery, Mask};
use axum::response::Response;
use domain::trust::Permission;

use super::table::Table;
use crate::asked::ListAsked;
use crate::asking::Asking;
use crate::errors::Refusal;
use crate::export;

/// Whoever may hand out what is personal gets the names, and that they did is kept in the audit;
/// whoever may not gets them behind their masks.
pub(super) async fn file(asking: &Asking, asked: ListAsked) -> Result<Response, Refusal> {
    let query = ListQuery {
        after: None,
        ..asked.query()?
    };
    let predicate = asked.predicate.clone();
    let may_name = asking.may(Permission::SeePersonal) && asking.may(Permission::PersonRights);
    let list = asking.ask(move |acting| {
        acting.may_search(&query.search)?;
        if may_name {
            return acting.export_list(&predicate, query);
        }
        let whole = acting.read(Permission::SeeCustomers, |app| {
            let test = app.question(&predicate)?.test;
            app.customer_list_whole(&ListQuery { test, ..query })
        });
        whole.map(Mask::masked)
    });
    let list = list.await?;
    let (speech, in_force) = (asking.speech, asking.shared.app.in_force());
    let written = asking.shared.run(move || {
        let table = Table {
            speech,
            settings: &in_force.settings,
            asked: &asked,
            list: &list,
        };
        Ok::<_, Refusal>((table.caption(), table.file()))
    });
    let (caption, text) = written.await?;
    Ok(export::customers(&caption, text))
}
