//! fanous
fn main() {}
