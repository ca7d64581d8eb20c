customers-title = Customers
customers-title-all = { $total ->
    [one] 1 customer
   *[other] { $total-shown } customers
 }
customers-title-narrow = { $total ->
    [0] No customer matches
    [one] 1 customer matches
   *[other] { $total-shown } customers match
 }
customers-how = Sums of orders that are known to be theirs, in { $currency }. Standing is as of the newest event.
customers-search = Name, number, address
customers-sort = Order by
customers-sort-net = Net sales
customers-sort-orders = Orders
customers-sort-last = Latest order
customers-sort-first = First order
customers-standing = Standing
customers-any = Any
customers-country = Country
customers-orders-min = Orders, at least
customers-apply = Show
customers-clear = Show all
customers-filter-ordered-month = Last ordered in { $month }
customers-filter-first-month = First ordered in { $month }
customers-caption = Customers, { $currency }
customers-customer = Customer
customers-orders = Orders
customers-gross = Gross
customers-refunds = Refunds
customers-net = Net
customers-last = Latest order
customers-first = First order
customers-none-todo = Take a filter away, or search for fewer letters of the name. Words are found by their beginnings.
customers-empty-title = No customers yet.
customers-empty-lead = They come in with their orders:
customers-erased = The person was erased. Their orders stay in the shop’s sums; nothing leads from there to them.
