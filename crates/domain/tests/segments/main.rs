//! The predicate language from outside: what it reads, refuses, says and answers.

mod lowering;
mod texts;
mod words;
