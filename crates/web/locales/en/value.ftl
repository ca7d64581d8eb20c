value-title = Value
value-headline = The best fifth of customers brings { $share } of sales.
value-headline-few = { $buyers ->
    [one] One buyer so far
   *[other] { $buyers-shown } buyers so far
 }: too few to say who makes the money.
value-empty-title = Nobody has ordered yet.
value-empty-lead = Who makes the money is read from orders. Bring in the ones you have:
value-lead = { $best ->
    [0] Nobody is in the best fifth by recency, by frequency and by money alike.
    [one] 1 customer is in the best fifth by recency, by frequency and by money alike, and brings { $share } of sales.
   *[other] { $best-shown } customers ({ $part }) are in the best fifth by recency, by frequency and by money alike; they bring { $share } of sales.
 } { $worst ->
    [0] Nobody is in the worst fifth by all three.
    [one] 1 is in the worst fifth by all three and brings { $worst-share }.
   *[other] { $worst-shown } ({ $worst-part }) are in the worst fifth by all three and bring { $worst-share }.
 }
value-gross = Gross sales, { $currency }
value-gross-note = { $orders-shown } orders of { $buyers-shown } customers; net { $net }
value-gini = Gini of sales
value-gini-note = 0 if all bought alike, 1 if one bought all. Two customers at random differ by { $differ } times the average. Of orders: { $orders }
value-top = The best { $share } bring
value-top-note = { $customers ->
    [one] of sales, 1 customer
   *[other] of sales, { $customers-shown } customers
 }
value-grid-title = { $customers ->
    [0] Nobody is among the latest and among the most frequent buyers.
    [one] The one customer who is among the latest and the most frequent buyers brings { $share } of sales.
   *[other] The { $customers-shown } who are among the latest and the most frequent buyers, { $part } of the customers, bring { $share } of sales.
 }
value-grid-how = Customers by days since their last order and by number of orders; below each count its share of gross sales, which is also the tint. Each cell leads to its customers. Limits of the fifths: version { $version-shown }, published on { $day }; where many are alike, fifths are not equal and one may be missing. n = { $buyers-shown } customers, { $period }.
value-grid-none = No limits between fifths are published yet.
value-grid-none-how = The grid of recency and frequency compares each customer with limits that stand still until their next version. Fanous publishes the first ones by itself when it has read all customers.
value-grid-caption = Customers by days since the last order and number of orders, with their share of gross sales
value-grid-rows = Days since
value-grid-columns = Number of orders
value-grid-size = all
value-grid-from = { $least } +
value-grid-range = { $least }–{ $most }
value-grid-readout = { $customers ->
    [one] 1 customer with { $frequency } orders, the last { $recency } days ago: { $currency } { $gross }, { $share } of sales
   *[other] { $customers-shown } customers with { $frequency } orders, the last { $recency } days ago: { $currency } { $gross }, { $share } of sales
 }
value-lorenz-title = The other { $customers } of customers together bring { $share }.
value-lorenz-how = Lorenz’s curve of gross sales: customers from the smallest to the best, and what they bring together. Gini = { $gini } is the tinted part of the triangle. n = { $buyers-shown } customers, { $period }.
value-lorenz-x = Customers, from the smallest
value-lorenz-y = Share of gross sales
value-lorenz-equal = if all bought alike
value-lorenz-pin = { $customers } bring { $share }
value-lorenz-readout = The smallest { $customers } bring { $share } of sales
value-contrast-title = A customer of the best fifth orders { $times } times as often as one of the worst.
value-contrast-title-alike = The best and the worst fifth order about as often as each other.
value-contrast-how = Fifths by gross sales, { $customers-shown } customers each, so that their sales differ is no finding; how they come to differ is. { $currency }, { $period }.
value-contrast-caption = The best fifth of customers beside the worst
value-contrast-measure = A customer
value-contrast-best = Best fifth
value-contrast-worst = Worst fifth
value-contrast-ratio = Best : worst
value-contrast-times = × { $times }
value-contrast-part = ÷ { $times }
value-contrast-gross-each = Gross sales
value-contrast-share = Share of all gross sales
value-contrast-orders = Orders
value-contrast-order = Gross sales an order
value-contrast-repeat = Ordered on several days
value-contrast-days = Days since the last order, median
value-contrast-returns = Refunds, of gross
value-contrast-discounts = Discounts, of the full price
value-contrast-visits = Visits
value-ages-title = { $months ->
    [one] A customer brings { $currency } { $first } in the month of the first order, and { $later } in the month after.
   *[other] A customer brings { $currency } { $first } in the month of the first order, and { $later } in an average one of the { $months-shown } months after.
 }
value-ages-title-first = A customer brings { $currency } { $first } in the month of the first order.
value-ages-how-net = Net sales a customer by months since the first order, in { $currency }, with the 95 % interval of the mean. The number under each bar is how many are so old. n = { $buyers-shown } customers, months that are over, { $period }.
value-ages-how-margin = Margin a customer by months since the first order, in { $currency }, with the 95 % interval of the mean. The number under each bar is how many are so old. n = { $buyers-shown } customers, months that are over, { $period }.
value-ages-caveat = Everybody who came early enough counts, also who stopped ordering: a mean over those who still order would rise by itself as the others leave. Bars further on rest on ever earlier customers alone, and the earliest may have bought before the history begins; the sentence above speaks of the months that at least half of the customers have reached.
value-ages-none = How profit grows with the age of a relationship will stand here.
value-ages-none-how = It needs at least 20 customers who were watched for two whole months.
value-ages-y = { $currency } a customer and month
value-ages-x = Months since the first order
value-ages-readout = { $age ->
    [0] In the month of the first order: { $currency } { $mean } a customer ({ $low }–{ $high }), of { $customers-shown }
   *[other] { $age-shown } months on: { $currency } { $mean } a customer ({ $low }–{ $high }), of { $customers-shown }; the { $active-shown } who ordered bring { $active-mean }
 }
value-ages-caption = By months since the first order, { $currency }
value-ages-customers = Customers so old
value-ages-mean = Each
value-ages-interval = 95 % interval
value-ages-active = Ordered then
value-ages-active-mean = Each of those
value-basis-margin = Profit is the margin: what products brought above what they cost the shop.
value-basis-net = Profit is net sales here, for the costs of too few products are known. With a column “cost” in a file of products it becomes the margin:
