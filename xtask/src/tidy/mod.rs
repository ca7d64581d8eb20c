//! stub
use crate::Failure;
use std::path::Path;
pub(crate) fn run(_root: &Path, _bless: bool) -> Result<(), Failure> { Ok(()) }
