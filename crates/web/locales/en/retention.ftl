retention-title = Retention
retention-headline-none = Nobody has ordered yet.
retention-headline-few = { $buyers ->
    [one] One buyer so far
   *[other] { $buyers-shown } buyers so far
 }: too few to say who comes back.
retention-headline-early = { $buyers-shown } buyers so far, none of them watched for a month: too early to say who comes back.
retention-headline-share = { $share } of first-time buyers order again within { $days-shown } days.
retention-headline-day = { $share } of first-time buyers order again within { $days-shown } days; after day { $late-shown } only one second order in ten is still to come.
retention-headline-range = Between { $low } and { $high } of first-time buyers order again within { $days-shown } days.
retention-headline-range-day = Between { $low } and { $high } of first-time buyers order again within { $days-shown } days; after day { $late-shown } only one second order in ten is still to come.
retention-no-orders = Whether customers come back is read from their orders. Bring in the ones you have:
retention-lead-window = { $customers ->
    [0] No one-time buyer is still before day { $late-shown }.
    [one] 1 one-time buyer is still before day { $late-shown }.
   *[other] { $customers-shown } one-time buyers are still before day { $late-shown }.
 }
retention-lead-about = { $customers ->
    [0] None of them reaches it within two weeks.
    [one] 1 of them reaches it within two weeks.
   *[other] { $customers-shown } of them reach it within two weeks.
 }
retention-lead-unknown = Too few have come back to say until when the others may.
retention-again = Ordered again on another day
retention-again-note = { $repeat-shown } of { $buyers-shown } so far
retention-back = Back within { $days-shown } days
retention-back-note = { $low }–{ $high } with 95 % certainty, n = { $people-shown }
retention-median = Median days to the second order
retention-median-never = More than half never
retention-median-never-note = fewer than half have come back, as far as anybody was watched
retention-days-note = { $low-shown }–{ $high-shown } with 95 % certainty
retention-days-note-open = at least { $low-shown } with 95 % certainty
retention-late = Day after which few return
retention-late-note = { $low-shown }–{ $high-shown } with 95 % certainty; nine in ten of those who return within { $horizon-shown } days are back by then
retention-late-note-open = at least { $low-shown } with 95 % certainty; nine in ten of those who return within { $horizon-shown } days are back by then
retention-late-unknown = Not known
retention-late-unknown-note = too few have come back to say
retention-newest = Newest, back within { $days-shown } days
retention-newest-more = +{ $points } points
retention-newest-less = −{ $points } points
retention-newest-note-within = from { $before } in the year before; { $low } to { $high }: within chance, n = { $newest-shown }
retention-newest-note-beyond = from { $before } in the year before; { $low } to { $high }: beyond chance, n = { $newest-shown }
retention-cohorts-title = In an average month after their first, { $share } of the customers order; no cohort is unlike the others beyond chance.
retention-cohorts-title-more = First-time buyers of { $month } come back most: in an average month { $share } of them order, of the others at the same age { $others }.
retention-cohorts-title-first = Who was buying in { $month }, when the history begins, comes back most: in an average month { $share } of them order, of later first-time buyers at the same age { $others }.
retention-cohorts-title-less = First-time buyers of { $month } come back least: in an average month { $share } of them order, of the others at the same age { $others }.
retention-cohorts-title-few = Too few buyers were watched for a whole month to compare cohorts.
retention-cohorts-how = Customers by the month of their first order; in each cell the share of them who ordered so many months later. Hatched: the month is not over and the share will rise. The first cohorts may hold customers who bought before the history begins. n = { $buyers-shown } buyers, { $period }.
retention-cohorts-cut = Shown are the newest { $shown-shown } cohorts; the data hold them all.
retention-cohorts-first = The first month is not over.
retention-cohorts-caption = Share of each cohort that ordered, by months since the first order
retention-cohorts-rows = First order
retention-cohorts-columns = Months since the first order
retention-cohorts-size = buyers
retention-cohorts-open = not over
retention-cohorts-readout = { $later ->
    [one] First order in { $month }: { $active-shown } of { $size-shown } ordered 1 month later, { $share }. Leads to the { $size-shown }
   *[other] First order in { $month }: { $active-shown } of { $size-shown } ordered { $later-shown } months later, { $share }. Leads to the { $size-shown }
 }
retention-cohorts-readout-open = { $later ->
    [one] First order in { $month }: { $active-shown } of { $size-shown } ordered 1 month later so far, { $share }; the month is not over
   *[other] First order in { $month }: { $active-shown } of { $size-shown } ordered { $later-shown } months later so far, { $share }; the month is not over
 }
retention-window = the window
retention-late-pin = day { $late-shown } ({ $low-shown }–{ $high-shown })
retention-back-axis = Share who are back
retention-orders-title-few = Too few buyers to say how long a second order takes.
retention-orders-title-median = Half of first-time buyers order again within { $days-shown } days.
retention-orders-title-share = After { $days-shown } days { $share } of first-time buyers have ordered again ({ $low }–{ $high }).
retention-orders-how = Kaplan–Meier with its 95 % interval: who has not come back counts for as long as they were watched. The line rises with each who does. n = { $people-shown } buyers, { $period }.
retention-orders-axis = Days since the first order
retention-waiting-title = { $customers ->
    [0] No one-time buyer reaches day { $late-shown } within two weeks.
    [one] 1 one-time buyer reaches day { $late-shown } within two weeks.
   *[other] { $customers-shown } one-time buyers reach day { $late-shown } within two weeks.
 }
retention-waiting-title-plain = { $once ->
    [one] 1 customer ordered on one day only.
   *[other] { $once-shown } customers ordered on one day only.
 }
retention-waiting-how = Customers who ordered on one day only, by how long ago. Each number leads to them. n = { $once-shown } customers, on { $day }.
retention-waiting-caption = Customers who ordered on one day only, by days since
retention-waiting-days = Days since
retention-waiting-customers = Customers
retention-waiting-range = { $from-shown }–{ $until-shown }
retention-waiting-open = { $from-shown } and more
retention-waiting-about = about to cross
retention-waiting-show = { $customers ->
    [one] Show this customer
   *[other] Show these { $customers-shown } customers
 }
retention-visits-title-few = Too few visitors to say how long a second visit takes.
retention-visits-title-median = Half of the visitors are back within { $days-shown } days.
retention-visits-title-share = After { $days-shown } days { $share } of the visitors are back ({ $low }–{ $high }).
retention-visits-how = Kaplan–Meier with its 95 % interval, of visitors known by a name or a device. n = { $people-shown } visitors, { $period }.
retention-visits-axis = Days since the first visit
retention-visits-pin = day { $days-shown }: { $share }
retention-visits-none = No visits are known yet.
retention-visits-teach = Here the share of visitors who come a second time will stand. Visits are page views of your site with a visitor’s identity; orders alone tell nothing of them.
retention-time-readout = Day { $day-shown }: { $share } are back ({ $low }–{ $high })
retention-time-back = Back
retention-time-interval = 95 % interval
retention-time-waiting = Waited for
retention-contents-title-none = No kind of content has enough first visits to tell it apart.
retention-contents-title-alike = No kind of content is followed by a second visit more often than another, beyond chance.
retention-contents-title-more = { $higher ->
    [one] Visitors of 1 of { $kinds-shown } kinds of content come back more often than visitors in all.
   *[other] Visitors of { $higher-shown } of { $kinds-shown } kinds of content come back more often than visitors in all.
 }
retention-contents-title-less = { $lower ->
    [one] Visitors of 1 of { $kinds-shown } kinds of content come back less often than visitors in all.
   *[other] Visitors of { $lower-shown } of { $kinds-shown } kinds of content come back less often than visitors in all.
 }
retention-contents-title-both = Of { $kinds-shown } kinds of content, visitors of { $higher-shown } come back more often than visitors in all, and of { $lower-shown } less often.
retention-contents-how = By what the first visit began with: the share who visited again within { $days-shown } days (Kaplan–Meier) with its 95 % interval. More or less often is said only where it does not touch the interval of all. n = { $people-shown } visitors, { $period }.
retention-contents-caveat = An association, not a cause: who begins with one kind of content may be another kind of customer.
retention-contents-none = A kind of content is told apart from 30 visitors on whose first visit began with it.
retention-contents-caption = Visitors who came back, by the content of their first visit
retention-contents-content = First visit began with
retention-contents-visitors = Visitors
retention-contents-back = Back
retention-contents-drawn = Drawn
retention-contents-against = Against all
retention-contents-higher = more often
retention-contents-lower = less often
retention-contents-within = within chance
retention-contents-all = All visitors
retention-chosen = The cohorts and the second order are of those who first ordered in { $months }; all else is of all customers, as of { $day }.
retention-chosen-buyers = First orders of { $months }.
retention-cohorts-none = Nobody ordered for the first time in these months.
