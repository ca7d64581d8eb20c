//! The predicate language from outside: what it reads, refuses, says and answers.

mod cel;
mod document;
mod lowering;
mod properties;
mod texts;
mod words;
