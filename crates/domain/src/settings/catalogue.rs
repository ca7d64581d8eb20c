//! What the shop sells, as far as folding needs it: what a product costs and what kind it is.

use std::collections::{BTreeMap, BTreeSet};

use crate::events::UnitCost;

/// The most products whose cost or category is kept at hand.
pub const PRODUCTS_MAX: usize = 1_000_000;
/// The most categories of one shop; products of further ones have none.
pub const CATEGORIES_MAX: usize = 500;
/// The longest name of a category, in bytes.
pub const CATEGORY_BYTES_MAX: usize = 100;

/// What is told of one product: its code, what a unit costs, what kind it is.
pub type CatalogueRow = (String, Option<UnitCost>, Option<String>);

/// The products of a shop whose cost or category is known.
///
/// It is part of the fold: another catalogue is another fold, and states are folded anew. So a
/// file of products may come before or after the orders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    products: BTreeMap<String, Product>,
    categories: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Product {
    cost: Option<UnitCost>,
    /// The place among the categories.
    category: Option<u16>,
}

impl Catalogue {
    /// The catalogue of these products. Those without cost and category are left out, as is what
    /// lies beyond the bounds; the same products in another order give the same catalogue.
    #[must_use]
    pub fn of(products: impl IntoIterator<Item = CatalogueRow>) -> Self {
        let told: BTreeMap<String, (Option<UnitCost>, Option<String>)> = products
            .into_iter()
            .filter(|(_, cost, category)| cost.is_some() || category.is_some())
            .map(|(code, cost, category)| (code, (cost, category)))
            .collect();
        let categories: BTreeSet<&str> = told
            .values()
            .filter_map(|(_, category)| category.as_deref())
            .collect();
        let categories: Vec<String> = categories
            .into_iter()
            .take(CATEGORIES_MAX)
            .map(str::to_owned)
            .collect();
        let place = |name: String| {
            let found = categories.binary_search(&name).ok()?;
            u16::try_from(found).ok()
        };
        let products = told
            .into_iter()
            .take(PRODUCTS_MAX)
            .map(|(code, (cost, category))| {
                let category = category.and_then(place);
                (code, Product { cost, category })
            })
            .collect();
        Self {
            products,
            categories,
        }
    }

    /// What one unit of a product costs the shop.
    #[must_use]
    pub fn cost(&self, product: &str) -> Option<UnitCost> {
        self.products.get(product)?.cost
    }

    /// What kind of thing a product is.
    #[must_use]
    pub fn category(&self, product: &str) -> Option<&str> {
        let place = self.products.get(product)?.category?;
        self.categories.get(usize::from(place)).map(String::as_str)
    }

    /// Every category, in order.
    #[must_use]
    pub fn categories(&self) -> &[String] {
        &self.categories
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.products.is_empty()
    }

    /// Every product as one line of text in a fixed order, for a digest: catalogues that fold
    /// alike give the same lines.
    pub fn lines(&self) -> impl Iterator<Item = String> + '_ {
        self.products.keys().map(|code| {
            let cost = self.cost(code).map_or_else(String::new, |cost| {
                format!("{} {}", cost.hundredths, cost.currency.code())
            });
            format!(
                "{code}\t{cost}\t{}",
                self.category(code).unwrap_or_default()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn cost(hundredths: i64) -> Option<UnitCost> {
        Some(UnitCost {
            hundredths,
            currency: Currency::EUR,
        })
    }

    #[test]
    fn the_order_of_products_does_not_matter() {
        let told = [
            ("A".to_owned(), cost(150), Some("coffee".to_owned())),
            ("B".to_owned(), None, Some("beans".to_owned())),
            ("C".to_owned(), None, None),
        ];
        let mut turned = told.clone();
        turned.reverse();
        let catalogue = Catalogue::of(told);
        assert_eq!(catalogue, Catalogue::of(turned));
        assert_eq!(catalogue.category("A"), Some("coffee"));
        assert_eq!(catalogue.cost("A"), cost(150));
        assert_eq!((catalogue.cost("B"), catalogue.category("C")), (None, None));
        assert_eq!(catalogue.categories(), ["beans", "coffee"]);
        let lines: Vec<String> = catalogue.lines().collect();
        assert_eq!(lines, ["A\t150 EUR\tcoffee", "B\t\tbeans"]);
    }

    #[test]
    fn categories_are_bounded() {
        let many = (0..CATEGORIES_MAX + 5)
            .map(|number| (format!("P{number}"), None, Some(format!("{number:05}"))));
        let catalogue = Catalogue::of(many);
        assert_eq!(catalogue.categories().len(), CATEGORIES_MAX);
        let beyond = format!("P{}", CATEGORIES_MAX + 1);
        assert_eq!(catalogue.category(&beyond), None);
    }
}
