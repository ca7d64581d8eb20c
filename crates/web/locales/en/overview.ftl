overview-title = Overview
overview-headline-few = { $buyers ->
    [one] One buyer so far
   *[other] { $buyers-shown } buyers so far
 }: too few to say how many order again.
overview-headline-none = Nobody has ordered yet.
overview-headline-1-10 = One buyer in ten orders again.
overview-headline-1-5 = One buyer in five orders again.
overview-headline-1-4 = One buyer in four orders again.
overview-headline-3-10 = Three of ten buyers order again.
overview-headline-1-3 = One buyer in three orders again.
overview-headline-2-5 = Two of five buyers order again.
overview-headline-1-2 = Half of the buyers order again.
overview-headline-3-5 = Three of five buyers order again.
overview-headline-2-3 = Two of three buyers order again.
overview-headline-7-10 = Seven of ten buyers order again.
overview-headline-3-4 = Three of four buyers order again.
overview-headline-4-5 = Four of five buyers order again.
overview-headline-9-10 = Nine of ten buyers order again.
overview-headline-share = { $share } of the buyers order again.
overview-lead-again = { $repeat ->
    [one] 1 of { $buyers-shown } ordered more than once
   *[other] { $repeat-shown } of { $buyers-shown } ordered more than once
 }
overview-lead-interval = : { $share }, and with 95 % certainty between { $low } and { $high }.
overview-lead-net = They bring { $share } of net sales.
overview-customers = Customers
overview-customers-note = { $buyers-shown } of them have ordered
overview-repeat = Ordered again
overview-repeat-note = { $low }–{ $high } with 95 % certainty, n = { $buyers-shown }
overview-gross = Gross sales, { $currency }
overview-gross-note = { $orders ->
    [one] as ordered, 1 order
   *[other] as ordered, { $orders-shown } orders
 }
overview-refunds = Refunds, { $currency }
overview-refunds-note = { $share } of gross
overview-net = Net sales, { $currency }
overview-net-note = gross less refunds
overview-product = Product sales, { $currency }
overview-product-note = net without postage, fees, vouchers
overview-flow-grew = { $change ->
    [one] In { $month } the base grew by 1 customer
   *[other] In { $month } the base grew by { $change-shown } customers
 }: { $new-shown } new and { $back-shown } won back, against { $lapsed-shown } lapsed.
overview-flow-shrank = { $change ->
    [one] In { $month } the base shrank by 1 customer
   *[other] In { $month } the base shrank by { $change-shown } customers
 }: { $lapsed-shown } lapsed, against { $new-shown } new and { $back-shown } won back.
overview-flow-even = In { $month } as many customers came as lapsed: { $lapsed-shown }.
overview-flow-early = { $new ->
    [one] In { $month } 1 customer ordered for the first time; nobody can have lapsed yet.
   *[other] In { $month } { $new-shown } customers ordered for the first time; nobody can have lapsed yet.
 }
overview-flow-how = Customers by month. Above the line those who ordered, below it those who had been without an order for { $lapse-shown } months. n = { $buyers-shown } buyers, { $period }.
overview-flow-how-running = Hatched: the month was not over.
overview-flow-label = Customers by month: new, returning, won back, lapsed
overview-readout-flow = { $month }: { $returning-shown } returning, { $new-shown } new, { $back-shown } won back, { $lapsed-shown } lapsed
overview-part-new = { $month }: { $count-shown } new. Show those who first ordered then
overview-part-returning = { $month }: { $count-shown } returning
overview-part-won-back = { $month }: { $count-shown } won back
overview-part-lapsed = { $month }: { $count-shown } lapsed. Show the { $away-shown } of them who have not come back
overview-new = New
overview-returning = Returning
overview-won-back = Won back
overview-lapsed = Lapsed
overview-still-away = Still away
overview-active = Ordered
overview-month = Month
overview-running = running
overview-table-flow = The same as a table
overview-caption-flow = Customers by month
overview-money-title = Of { $currency } { $gross } ordered, { $share } went back: net sales are { $currency } { $net }.
overview-money-title-none = Nothing that was ordered went back: net sales are { $currency } { $net }.
overview-money-how = { $currency } by month, orders of known customers. A refund counts in the month in which it was made. n = { $orders-shown } orders, { $period }.
overview-money-label = Net sales and refunds by month
overview-readout-money = { $month }: net { $net }, refunds { $refunds }, gross { $gross }
overview-part-net = { $month }: { $amount } net
overview-part-refunds = { $month }: { $amount } refunded
overview-legend-net = Net sales
overview-legend-refunds = Refunds (with net: gross)
overview-caption-money = Sales by month, { $currency }
overview-orders = Orders
overview-column-gross = Gross
overview-column-refunds = Refunds
overview-column-net = Net
overview-column-product = Product
overview-total = All months
overview-apart-title = { $orders ->
    [0] Every order leads to a customer.
    [one] 1 order leads to nobody and is kept apart.
   *[other] { $orders-shown } orders lead to nobody and are kept apart.
 }
overview-apart-how = Not in the figures above: orders without any name, and corrections that are neither order nor refund. { $currency }, { $period }.
overview-apart-caption = Orders that lead to nobody
overview-anonymous-gross = Gross of orders without a name
overview-anonymous-refunds = Refunds without a name
overview-anonymous-adjustments = Corrections, such as bad debt
overview-anonymous-product = Products less products that went back
overview-anonymous-lines = Lines
overview-unmatched = Units that went back and match no order we know
overview-unmatched-how = counted in refunds; the order lies before the history that we have, or was never told
overview-empty-title = No customers yet.
overview-empty-lead = Fanous learns who your customers are from their orders. Bring in the ones you have:
overview-empty-what = One row for each line of an order: number, date, customer, product, quantity, price. The same file twice counts once.
overview-empty-look = Or look at a real shop first:
overview-base = Whatever months are chosen: all customers, as of { $day }.
overview-months-title = { $ordered ->
    [0] { $months }: nobody ordered.
    [one] { $months }: 1 customer ordered.
   *[other] { $months }: { $ordered-shown } customers ordered.
 }
overview-months-how = The chosen months alone, { $period }. A customer counts once, however often.
overview-months-running = { $month } is still running.
overview-months-ordered = Customers who ordered
overview-months-away = { $away ->
    [one] 1 of them is still away
   *[other] { $away-shown } of them are still away
 }
overview-compared = Compared with { $period }.
overview-compared-days = Compared with the same days, { $period }; customers by whole months, without the one that is running.
overview-compared-outside = Not compared: { $months } begins before the history does, on { $day }.
overview-change-up = +{ $change }, up from { $before }
overview-change-down = −{ $change }, down from { $before }
overview-change-same = the same as before: { $before }
overview-change-points-up = +{ $points } points, up from { $before }
overview-change-points-down = −{ $points } points, down from { $before }
overview-change-over = { $now-shown } without the running month: { $change }
overview-change-running = not compared: the month is still running
overview-change-early = not compared: nobody can have lapsed so early in the history
overview-refunds-change = { $share }: { $change }
overview-total-chosen = The chosen months
overview-change-new-early = not compared: so early in the history nobody is known from before
