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
customers-apply = Show
customers-clear = Show all
customers-caption = Customers, { $currency }
customers-pages = Pages of customers
customers-customer = Customer
customers-orders = Orders
customers-gross = Gross
customers-refunds = Refunds
customers-net = Net
customers-last = Latest order
customers-first = First order
customers-none-todo = Take a condition away, or search for fewer letters of the name. Words are found by their beginnings.
customers-empty-title = No customers yet.
customers-empty-lead = They come in with their orders:
customers-erased = The person was erased. Their orders stay in the shop’s sums; nothing leads from there to them.
customers-title-wrong = This question cannot be asked yet.
customers-lead-wrong = Nobody is listed until it can. What you typed is kept.
customers-share = { $total ->
    [one] 1 customer
   *[other] { $total-shown } customers
 }, { $share } of { $of-shown }
customers-share-of = { $share } of all { $of-shown }
customers-warming = Every customer is still being read: { $share }. The list is right meanwhile and only takes longer; words to choose from and the sizes of segments come when it is done.
customers-rules = Conditions
customers-rules-text = The question as text
customers-rich = This question is richer than rows can show, so it stands here as text.
customers-join = How the conditions are joined
customers-join-all = All of these hold
customers-join-any = One of these holds
customers-attribute = What is asked about
customers-operator = How it is compared
customers-value = With what
customers-choose = Choose …
customers-several = one, another
customers-unit-days = days
customers-unit-percent = %
customers-add = Add a condition
customers-remove = Remove
customers-remove-row = Remove condition { $number-shown }
customers-keep = Show what fits
customers-as-text = As text
customers-as-form = As a form
customers-group-buying = Buying
customers-group-time = Time
customers-group-channels = Channels
customers-group-visits = Visits and interest
customers-group-service = Service
customers-group-permissions = Permissions
customers-group-relative = Among all buyers
customers-group-segments = Segments
customers-fault-value = A value is missing.
customers-fault-attribute = There is nothing of this name to ask about.
customers-fault = { $reason }.
customers-fault-at = At sign { $column-shown }: { $reason }.
customers-fault-hint = { $reason } ({ $hint })
customers-fault-row = Condition { $number-shown }: { $fault }
# What is wrong with a question. Other languages say it in their own words, without the reason.
customers-problem-bound = { $reason }
customers-problem-character = { $reason }
customers-problem-cycle = { $reason }
customers-problem-date = { $reason }
customers-problem-expected = { $reason }
customers-problem-kinds = { $reason }
customers-problem-number = { $reason }
customers-problem-range = { $reason }
customers-problem-segment = { $reason }
customers-problem-text = { $reason }
customers-problem-thresholds = { $reason }
customers-problem-unknown = { $reason }
customers-save = Save as a segment
customers-save-name = Name
customers-save-replace = Put it in the place of the segment that has this name
customers-save-go = Save
customers-saved = The segment is saved. Its customers change as they do; the question stays.
customers-removed = The segment is removed. The customers in it are untouched.
customers-refused-exists = A segment of this name asks something else. Choose another name, or say that the new question is to take its place.
customers-refused-name = A segment needs a name of 1 to 100 bytes, and a shop has at most 1,000 segments.
customers-refused-question = This question cannot be kept under this name: it would ask for itself, or for a segment that is gone.
customers-segments = { $all ->
    [one] 1 segment
   *[other] { $all-shown } segments
 }
customers-segments-caption = Segments with the customers in them
customers-segments-more = The first { $shown-shown } by name; the API lists all of them.
customers-segment = Segment
customers-segment-says = Asks for
customers-remove-segment = Remove the segment { $name }
customers-id = Customer id
