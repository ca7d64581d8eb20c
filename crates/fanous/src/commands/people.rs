//! `fanous people`: for whoever commands the machine, when nobody inside can help.

use app::App;
use app::trust::{Invitation, Origin, Who};
use clap::Subcommand;
use domain::trust::Role;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::Failure;
use crate::terminal::Terminal;

/// What to do with people.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub(crate) enum PeopleAction {
    /// List who works here.
    List,
    /// Ask somebody to come, and show the link.
    Invite {
        /// Their e-mail address.
        email: String,
        /// Their name.
        #[arg(long)]
        name: String,
        /// owner, marketer, analyst or support.
        #[arg(long)]
        role: String,
    },
    /// Show a link with which somebody chooses a new password. Their second factor stays.
    Reset {
        /// Their e-mail address.
        email: String,
    },
}

pub(super) fn run(
    action: &PeopleAction,
    app: &App,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let acting = app.acting(Who::System, Origin::machine());
    match action {
        PeopleAction::List => {
            let users = acting.users()?;
            let lines: Vec<String> = users
                .iter()
                .map(|user| {
                    let (role, state) = (user.role.word(), user.state.word());
                    format!(
                        "{}  {role:8}  {state:8}  {} <{}>",
                        user.id, user.name, user.email
                    )
                })
                .collect();
            let sentence = match lines.is_empty() {
                true => "Nobody works here yet.".to_owned(),
                false => lines.join("\n"),
            };
            let json = serde_json::to_value(&users).map_err(Failure::failed)?;
            terminal.answer(&sentence, &json);
        }
        PeopleAction::Invite { email, name, role } => {
            let role: Role = role.parse().map_err(Failure::wrong_use)?;
            let (email, name) = (email.clone(), name.clone());
            let invited = acting.invite(&Invitation { email, name, role }, None)?;
            link("/invitation", invited.token.reveal(), terminal);
        }
        PeopleAction::Reset { email } => {
            let token = app.reset_here(email)?;
            link("/reset", token.reveal(), terminal);
        }
    }
    Ok(())
}

fn link(path: &str, token: &str, terminal: &mut Terminal) {
    let link = format!("{path}?token={token}");
    let sentence = format!("Behind the shop\u{2019}s address, good once:\n{link}");
    terminal.answer(&sentence, &json!({ "path": link }));
}
