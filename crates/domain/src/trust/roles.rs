//! What somebody may do: a closed list of permissions, and one table of who has which.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::words::UnknownWord;

closed_list!(
    /// What a page, an endpoint or a use case asks for. A key's scopes are of the same list.
    Permission, "permission" {
        /// To see figures about all customers together.
        SeeFigures = "see_figures",
        /// To see single customers, with what names them masked.
        SeeCustomers = "see_customers",
        /// To see names, addresses and free text in the clear.
        SeePersonal = "see_personal",
        /// To merge, separate and adjust customers.
        ChangeCustomers = "change_customers",
        /// To do what a person may ask for: hand out everything about them, or erase them.
        PersonRights = "person_rights",
        /// To ask questions about customers and keep them as segments.
        Segments = "segments",
        /// To change the rules of the programme.
        Programme = "programme",
        /// To send messages to customers.
        SendMessages = "send_messages",
        /// To change the shop's settings.
        Settings = "settings",
        /// To make, rotate and revoke keys of the API.
        Keys = "keys",
        /// To invite, change and remove the people who work here.
        People = "people",
        /// To read who did and saw what.
        SeeAudit = "see_audit",
        /// To bring in a shop's past from files.
        Import = "import",
        /// To tell events; only keys have it, people import.
        SendEvents = "send_events",
    }
);

closed_list!(
    /// What somebody is to the shop. One person has one role.
    Role, "role" {
        /// Everything, and answers for the others. At least one is always there.
        Owner = "owner",
        /// Reaches customers, without reading who each of them is.
        Marketer = "marketer",
        /// Reads figures and asks questions; changes nothing but segments.
        Analyst = "analyst",
        /// Helps single customers, and so sees who they are.
        Support = "support",
    }
);

/// Role by permission. A new permission does not compile into a role by itself: it has to be
/// written here, and the table is a golden file.
const TABLE: [(Role, &[Permission]); 4] = [
    (
        Role::Owner,
        &[
            Permission::SeeFigures,
            Permission::SeeCustomers,
            Permission::SeePersonal,
            Permission::ChangeCustomers,
            Permission::PersonRights,
            Permission::Segments,
            Permission::Programme,
            Permission::SendMessages,
            Permission::Settings,
            Permission::Keys,
            Permission::People,
            Permission::SeeAudit,
            Permission::Import,
        ],
    ),
    (
        Role::Marketer,
        &[
            Permission::SeeFigures,
            Permission::SeeCustomers,
            Permission::Segments,
            Permission::Programme,
            Permission::SendMessages,
        ],
    ),
    (
        Role::Analyst,
        &[
            Permission::SeeFigures,
            Permission::SeeCustomers,
            Permission::Segments,
        ],
    ),
    (
        Role::Support,
        &[
            Permission::SeeCustomers,
            Permission::SeePersonal,
            Permission::ChangeCustomers,
            Permission::PersonRights,
        ],
    ),
];

impl Role {
    /// What somebody of this role may do.
    #[must_use]
    pub fn permissions(self) -> Permissions {
        TABLE
            .iter()
            .filter(|(role, _)| *role == self)
            .flat_map(|(_, granted)| granted.iter().copied())
            .collect()
    }
}

/// A set of permissions: a role's, or the scopes of a key.
#[derive(Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Permissions(u32);

impl Permissions {
    /// None at all.
    pub const NONE: Self = Self(0);

    /// With one more.
    #[must_use]
    pub const fn with(self, permission: Permission) -> Self {
        Self(self.0 | 1 << permission as u32)
    }

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u32) != 0
    }

    /// Whether everything of another set is among them.
    #[must_use]
    pub const fn has_all(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// Those that are in both.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them, in order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL
            .iter()
            .copied()
            .filter(move |it| self.has(*it))
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Display for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Permission::word).collect();
        f.write_str(&words.join(" "))
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permissions({self})")
    }
}

impl std::str::FromStr for Permissions {
    type Err = UnknownWord;

    /// Words between spaces or commas.
    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        text.split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(str::parse)
            .collect()
    }
}

impl From<Permissions> for String {
    fn from(permissions: Permissions) -> Self {
        permissions.to_string()
    }
}

impl TryFrom<String> for Permissions {
    type Error = UnknownWord;

    fn try_from(text: String) -> Result<Self, UnknownWord> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_roles_is_the_agreed_one() {
        let mut text = format!("{:18}", "");
        for role in Role::ALL {
            text.push_str(&format!("{:>10}", role.word()));
        }
        text.push('\n');
        for permission in Permission::ALL {
            text.push_str(&format!("{:18}", permission.word()));
            for role in Role::ALL {
                let mark = if role.permissions().has(*permission) {
                    "yes"
                } else {
                    "-"
                };
                text.push_str(&format!("{mark:>10}"));
            }
            text.push('\n');
        }
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        testkit::golden::check(&file.join("tests/golden/roles.txt"), &text);
    }

    #[test]
    fn each_role_stands_in_the_table_once() {
        for role in Role::ALL {
            let rows = TABLE.iter().filter(|(listed, _)| listed == role);
            assert_eq!(rows.count(), 1, "{role}");
        }
        let owner = Role::Owner.permissions();
        for role in Role::ALL {
            assert!(owner.has_all(role.permissions()), "{role}");
            assert!(!role.permissions().has(Permission::SendEvents));
        }
    }

    #[test]
    fn permissions_are_read_as_they_are_written() {
        let set: Permissions = "see_figures,segments".parse().expect("two words");
        assert_eq!(set.to_string(), "see_figures segments");
        assert_eq!(set.to_string().parse(), Ok(set));
        assert!("see_everything".parse::<Permissions>().is_err());
        assert_eq!("".parse(), Ok(Permissions::NONE));
        let both = Role::Analyst.permissions().and(set);
        assert!(both.has(Permission::Segments) && set.has_all(both));
    }
}
