experience-empty-title = Nothing is known yet of how it is to be a customer here.
experience-empty-lead = It is read from visits, baskets, orders, deliveries and complaints on every channel. Put the tracker on your pages, or import what you have:
experience-empty-days = Nobody was anywhere in these days. Choose more of them.
experience-teach-title = What comes before the order is not told yet
experience-teach = Visits, products looked at, baskets and checkouts come from the tracker. Put these two lines on every page, with one of your keys:
experience-days = Last { $days-shown } days
experience-days-label = Days shown
experience-headline = Customers are lost most often here: { $touchpoint } ({ $channel }).
experience-headline-none = Too few customers to say where they stop.
experience-worst = Of { $hundred } who { $who } ({ $channel }), { $stopped } stop there ({ $low }–{ $high } with 95 % certainty, n = { $watched-shown }).
experience-worst-time = Half of those who go on take at most { $time }.
experience-seconds = { $count ->
    [one] 1 second
   *[other] { $count-shown } seconds
 }
experience-minutes = { $count-shown } minutes
experience-hours = { $count-shown } hours
experience-in-days = { $count-shown } days
experience-map-title = Share who stop, by stage and channel
experience-map-how = In each cell the share of customers who did not go on, and below it how many were there. Who came by more than once counts by the latest time. A cell leads to the customers of the channel whose latest stage this is. n = { $customers-shown } customers, { $period }.
experience-readout = { $touchpoint }, { $channel }: { $entered-shown } were there; { $stopped-shown } of the { $watched-shown } who were there long enough ago did not go on, { $share }
experience-readout-none = { $touchpoint }, { $channel }: { $entered-shown } were there; too new, or nothing that follows is told
experience-touchpoint = Stage
experience-channel = Channel
experience-entered = Were there
experience-went-on = Went on
experience-waiting = May still
experience-stopped = Stopped
experience-share = Share stopped
experience-watched = { $days ->
    [one] of { $watched-shown } after 1 day
   *[other] of { $watched-shown } after { $days-shown } days
 }
experience-median = Half within
experience-slow = Nine in ten within
experience-caveat = Going on means any later stage on any channel: after an order its delivery, after a delivery a review or the next order, after help or a return the next order. Who has not gone on counts as stopped after 1 day at the till, 7 days before it, 30 days of waiting for a delivery and 90 days after that; until then they may still.
experience-visited = Look around
experience-considered = See a product
experience-basket = Basket
experience-checkout = Checkout
experience-ordered = Order
experience-received = Delivery
experience-reviewed = Review
experience-help = Complaint
experience-return = Refund
experience-who-visited = look around
experience-who-considered = look at a product
experience-who-basket = fill a basket
experience-who-checkout = begin to pay
experience-who-ordered = wait for their order
experience-who-received = get their order
experience-who-reviewed = write a review
experience-who-help = complain
experience-who-return = get money back
