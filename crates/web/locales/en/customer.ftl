customer-since = { $orders ->
    [0] No order yet.
    [one] 1 order, on { $first }.
   *[other] { $orders-shown } orders since { $first }, the latest on { $last }.
 }
customer-days = { $days ->
    [0] That was less than a day before the shop’s newest entry.
    [one] That was 1 day before the shop’s newest entry.
   *[other] That was { $days-shown } days before the shop’s newest entry.
 }
customer-money = Money, { $currency }
customer-gross = Gross
customer-gross-note = as ordered
customer-refunds = Refunds
customer-net = Net
customer-net-note = gross less refunds
customer-product = Product
customer-product-note = net without postage, fees, vouchers
customer-orders = Orders
customer-orders-note = { $days ->
    [one] on 1 day
   *[other] on { $days-shown } days
 }
customer-what-we-know = What they did
customer-items = Units of products
customer-refunds-received = Refunds received
customer-visits = Visits
customer-deliveries = Deliveries
customer-deliveries-late = of these late
customer-complaints = Complaints
customer-referrals = Brought other customers
customer-country = Country of the latest order
customer-first-seen = First sign of life
customer-last-seen = Latest sign of life
customer-average-order = Gross by order
customer-margin = Margin where the cost is known
customer-discount-share = Share of discounts
customer-return-share = Share that went back
customer-interest = Interest
customer-source = Came from
customer-content = Began with
customer-interests = Cares for
customer-second-visit = Second visit
customer-active-days = Days active
customer-usual-hour = Most active
customer-usual-hour-value = from { $from } to { $to } o’clock
customer-rating = Mean rating
customer-rating-value = { $rating } of 5, { $reviews ->
    [one] 1 review
   *[other] { $reviews-shown } reviews
 }
customer-process = On the way to buying
customer-process-days = { $days ->
    [0] the same day
    [one] a day later
   *[other] { $days-shown } days later
 }
customer-stage-visited = Looked around
customer-stage-considered = Looked at a product
customer-stage-basket = Filled a basket
customer-stage-checkout = Went to the till
customer-stage-ordered = Ordered
customer-stage-received = Got the order
customer-stage-reviewed = Wrote a review
customer-consents = Permissions
customer-consent-granted = yes, since { $date }
customer-consent-refused = no, since { $date }
customer-consent-history = Every word on permissions
customer-consent-when = When
customer-consent-purpose = What for
customer-consent-status = Said
customer-consent-proof = Proof
customer-status-granted = yes
customer-status-denied = no
customer-status-revoked = taken back
customer-consent-page = on the page
customer-consent-till = at the till
customer-consent-back-end = told by the shop
customer-consent-import = from a file
customer-identity-until = until { $date }
customer-disclosed = Who received it
customer-disclosed-how = What left the house in a file. What the shop’s own people saw on pages, and what its programs read with a key, stands in the audit. Nothing goes to third parties by itself.
customer-disclosed-nothing = Nothing was handed out.
customer-disclosed-when = When
customer-disclosed-whom = To whom
customer-disclosed-what = What
customer-disclosed-user = somebody of the shop
customer-disclosed-key = a program with a key
customer-disclosed-system = the shop’s own machine
customer-disclosed-everything = everything about this person
customer-disclosed-list = { $customers ->
    [one] a list of 1 customer: name, standing, country, orders, sums
   *[other] a list of { $customers-shown } customers: name, standing, country, orders, sums
 }
customer-purpose-analytics = Analytics
customer-purpose-personalisation = Personalisation
customer-purpose-marketing = Marketing
customer-purpose-third-party = Handing to others
customer-channel-events = Events
customer-channels = Channels
customer-identities = Known as
customer-namespace-user-id = Customer number
customer-namespace-email = E-mail
customer-namespace-phone = Telephone
customer-namespace-card = Card
customer-namespace-device = Device
customer-namespace-anonymous = Browser
customer-stream = from { $stream }
customer-traits = What they told
customer-streams = { $streams ->
    [one] 1 profile
   *[other] { $streams-shown } profiles, merged
 }
customer-stream-facts = { $facts ->
    [one] 1 entry
   *[other] { $facts-shown } entries
 }
customer-wallet = Wallet
customer-wallet-empty = Nothing was given yet.
customer-wallet-unit = Unit
customer-wallet-spendable = To spend
customer-wallet-balance = Balance
customer-adjust = Give or take by hand
customer-adjust-amount = How much; with a minus to take
customer-adjust-unit = Unit
customer-adjust-expires = Expires on (may stay empty)
customer-adjust-memo = Why; nothing personal, it is kept for years
customer-adjust-go = Move
customer-merge = The same person elsewhere?
customer-merge-how = The other profile becomes part of this one. It can be undone, and each goes home with its own.
customer-merge-other = The other one: id, number, or kind:value
customer-merge-go = Merge into this customer
customer-merged = Merged { $date }
customer-undone = Merged { $merged }, undone { $undone }
customer-undo = Undo
customer-person = Their data
customer-person-how = What the person may ask for.
customer-export = Export everything as a file
customer-erase = Erase this person …
customer-timeline = Everything that happened
customer-timeline-show = Show
customer-show-everything = Everything
customer-show-buying = Buying
customer-show-browsing = Browsing
customer-show-saying = What they said
customer-show-decided = Decided
customer-timeline-how = The latest first, in the time of { $zone }. Decided entries are Fanous’s own.
customer-timeline-caption = Timeline
customer-timeline-empty = Nothing on this page.
customer-when = When
customer-what = What
customer-where = Where
customer-amount = Amount
customer-event-ordered = Order { $id }
customer-event-refunded = Refund { $id }
customer-event-updated = Order { $id } updated
customer-event-cancelled = Order { $id } cancelled
customer-event-claimed = Told by the browser, not confirmed: { $what }
customer-event-visited = Visit begun
customer-event-viewed = Page viewed
customer-event-delivered = Order { $id } delivered
customer-event-delivered-late = Order { $id } delivered late
customer-event-complained = Complaint
customer-event-complained-about = Complaint about { $topic }
customer-event-identified = Told who they are
customer-event-described = The shop told what it knows
customer-event-checkout = Went to the till
customer-event-looked = Looked at { $product }
customer-event-added = Put { $product } into the basket
customer-event-reviewed = Review: { $rating-shown } of 5
customer-event-granted = Permission given: { $purpose }
customer-event-withdrawn = Permission taken back: { $purpose }
customer-event-referred = Came through another customer
customer-event-standing = Standing: { $from } → { $to }
customer-event-settled = Two profiles became one
customer-event-unsettled = A merge was undone
customer-event-credited = Somebody they brought has joined
customer-event-given = { $amount } { $unit } given by hand
customer-event-taken = { $amount } { $unit } taken by hand
customer-lines = { $lines ->
    [one] 1 line
   *[other] { $lines-shown } lines
 }, { $units ->
    [one] 1 unit
   *[other] { $units-shown } units
 }
customer-lines-caption = Lines
customer-line-product = Product
customer-line-quantity = Units
customer-line-amount = Amount
customer-line-of-order = { $units ->
    [one] 1 of order { $order }
   *[other] { $units-shown } of order { $order }
 }
customer-line-unmatched = { $units ->
    [one] 1 of no order we know
   *[other] { $units-shown } of no order we know
 }
customer-kind-postage = postage
customer-kind-fee = fee
customer-kind-sample = sample
customer-kind-voucher = voucher
customer-kind-adjustment = adjustment
customer-personal = What is personal
customer-origin-decided = decided
customer-origin-historical = imported
customer-cause = because of
customer-channel-web = web
customer-channel-app = app
customer-channel-store = store
customer-channel-social = social
customer-channel-messenger = messenger
customer-channel-marketplace = marketplace
customer-channel-email = e-mail
customer-channel-sms = SMS
customer-channel-call = call
customer-channel-device = device
customer-done-merged = The two are one customer now. The merge can be undone below.
customer-done-unmerged = The merge is undone; each has gone home with their own.
customer-done-adjusted = It is moved, and stands in the ledger.
customer-refused-same = These are the same customer already. Nothing was changed.
customer-refused-nobody = There is no customer under that name. Nothing was changed.
customer-refused-name = That is no id and no name of a kind we know. Nothing was changed.
customer-refused-undone = This merge was undone before. Nothing was changed.
customer-refused-enough = There is not as much to take. Nothing was moved.
customer-refused-zero = An adjustment must give or take something. Nothing was moved.
customer-refused-large = That is more than the ledger moves at once. Nothing was moved.
customer-refused-past = The units would have expired already. Nothing was moved.
customer-refused-form = The form cannot be read: check amount, unit, date and reason. Nothing was moved.
customer-erase-title = Erase { $name }?
customer-erase-what = This will happen, at once and for good:
customer-erase-key = The key of everything personal is destroyed; copies in backups can no longer be opened.
customer-erase-facts = { $facts ->
    [one] 1 entry of the timeline is deleted
   *[other] { $facts-shown } entries of the timeline are deleted
 }, with { $identities ->
    [one] 1 name
   *[other] { $identities-shown } names
 } under which they are known.
customer-erase-ledger = The ledger keeps its postings, without an owner.
customer-erase-sums = The shop’s sums stay as they are.
customer-erase-late = An event of theirs that comes later is not taken.
customer-erase-first = If they asked for their data, export it first:
customer-erase-sure = Yes, erase this person for good
customer-erase-go = Erase
customer-erase-back = No, go back
customer-erase-unsure = Nothing was erased: the box was not ticked.
