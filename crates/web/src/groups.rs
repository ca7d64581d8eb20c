//! The attributes in the groups in which forms and the API offer them.

use domain::events::Channel;
use domain::segments::{Attribute, Column, Kind, Subject, WordColumn};

/// Attributes that answer questions of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Group {
    Buying,
    Time,
    Channels,
    Visits,
    Service,
    Permissions,
    Relative,
}

impl Group {
    /// Every one, in the order of forms.
    pub(crate) const ALL: [Self; 7] = [
        Self::Buying,
        Self::Time,
        Self::Visits,
        Self::Service,
        Self::Permissions,
        Self::Relative,
        Self::Channels,
    ];

    /// The group of an attribute.
    pub(crate) fn of(attribute: Attribute) -> Self {
        use Column as C;
        match attribute {
            Attribute::OnChannel(..)
            | Attribute::Word(WordColumn::FirstChannel | WordColumn::LastChannel)
            | Attribute::Number(C::Channels) => Self::Channels,
            Attribute::Band(_) => Self::Relative,
            Attribute::Number(C::Consents) => Self::Permissions,
            Attribute::Number(
                C::ItemsReturned
                | C::RefundCount
                | C::Refunds
                | C::ReturnShare
                | C::Deliveries
                | C::DeliveriesLate
                | C::LateShare
                | C::Complaints
                | C::Reviews
                | C::Rating,
            ) => Self::Service,
            Attribute::Number(C::Visits | C::ActiveDays | C::Referrals)
            | Attribute::Word(
                WordColumn::Interests
                | WordColumn::Source
                | WordColumn::Content
                | WordColumn::Stage,
            ) => Self::Visits,
            Attribute::Number(C::UsualHour) => Self::Time,
            _ if attribute.kind() == Kind::Day => Self::Time,
            _ => Self::Buying,
        }
    }

    /// The word in answers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Buying => "buying",
            Self::Time => "time",
            Self::Channels => "channels",
            Self::Visits => "visits",
            Self::Service => "service",
            Self::Permissions => "permissions",
            Self::Relative => "relative",
        }
    }

    /// What forms call it.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Buying => "customers-group-buying",
            Self::Time => "customers-group-time",
            Self::Channels => "customers-group-channels",
            Self::Visits => "customers-group-visits",
            Self::Service => "customers-group-service",
            Self::Permissions => "customers-group-permissions",
            Self::Relative => "customers-group-relative",
        }
    }

    /// What a form offers of this group. Of days there are two subjects: the day, and how long it
    /// is ago, which is asked more often. Channels on which nobody did anything are left out.
    pub(crate) fn subjects(self, channels: &[Channel]) -> Vec<Subject> {
        let offered = Attribute::all().filter(|attribute| match attribute {
            Attribute::OnChannel(channel, _) => channels.contains(channel),
            _ => true,
        });
        let mut subjects: Vec<Subject> = offered
            .filter(|attribute| Self::of(*attribute) == self)
            .flat_map(|attribute| {
                let since =
                    (attribute.kind() == Kind::Day).then_some(Subject::DaysSince(attribute));
                since.into_iter().chain([Subject::Of(attribute)])
            })
            .collect();
        if self == Self::Time {
            // The last order is what most questions are about.
            subjects.sort_by_key(|subject| {
                let attribute = subject.attribute();
                (
                    attribute != Attribute::Number(Column::LastOrder),
                    !is_since(*subject),
                )
            });
        }
        subjects
    }
}

const fn is_since(subject: Subject) -> bool {
    matches!(subject, Subject::DaysSince(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_offered_once() {
        let groups = Group::ALL.into_iter();
        let offered: Vec<Subject> = groups.flat_map(|it| it.subjects(&Channel::ALL)).collect();
        let all = Attribute::all();
        let subjects = all.map(|it| 1 + usize::from(it.kind() == Kind::Day));
        assert_eq!(offered.len(), subjects.sum::<usize>());
        assert_eq!(
            Group::Time.subjects(&[])[0].to_string(),
            "days_since(last_order)"
        );
        assert!(Group::Channels.subjects(&[Channel::Web]).len() < 20);
    }
}
