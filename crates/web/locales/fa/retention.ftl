retention-title = حفظ مشتری
retention-headline-none = هنوز کسی سفارش نداده است.
retention-headline-few = تا اینجا { $buyers-shown } خریدار داریم؛ برای گفتن اینکه چه کسی برمی‌گردد کم است.
retention-headline-early = تا اینجا { $buyers-shown } خریدار داریم که هیچ‌کدام یک ماه زیر نظر نبوده‌اند؛ هنوز زود است بگوییم چه کسی برمی‌گردد.
retention-headline-share = { $share } خریداران تازه تا { $days-shown } روز دوباره سفارش می‌دهند.
retention-headline-day = { $share } خریداران تازه تا { $days-shown } روز دوباره سفارش می‌دهند؛ پس از روز { $late-shown } از هر ده سفارش دوم تنها یکی مانده است.
retention-headline-range = { $low } تا { $high } خریداران تازه تا { $days-shown } روز دوباره سفارش می‌دهند.
retention-headline-range-day = { $low } تا { $high } خریداران تازه تا { $days-shown } روز دوباره سفارش می‌دهند؛ پس از روز { $late-shown } از هر ده سفارش دوم تنها یکی مانده است.
retention-no-orders = برگشتن مشتریان را از سفارش‌هایشان می‌فهمیم. سفارش‌هایی را که دارید وارد کنید:
retention-lead-window = { $customers ->
    [0] هیچ مشتری تک‌خریدی نیست که هنوز به روز { $late-shown } نرسیده باشد.
    [1] یک مشتری تک‌خرید هنوز به روز { $late-shown } نرسیده است.
   *[other] { $customers-shown } مشتری تک‌خرید هنوز به روز { $late-shown } نرسیده‌اند.
 }
retention-lead-about = { $customers ->
    [0] هیچ‌کدام تا دو هفتهٔ دیگر به آن نمی‌رسند.
    [1] یک نفرشان تا دو هفتهٔ دیگر به آن می‌رسد.
   *[other] { $customers-shown } نفرشان تا دو هفتهٔ دیگر به آن می‌رسند.
 }
retention-lead-unknown = کمتر از آن برگشته‌اند که بشود گفت بقیه تا کی برمی‌گردند.
retention-again = خرید مجدد در روزی دیگر
retention-again-note = تا اینجا { $repeat-shown } نفر از { $buyers-shown } خریدار
retention-back = برگشته تا { $days-shown } روز
retention-back-note = بازهٔ اطمینان ۹۵٪: { $low } تا { $high }، از { $people-shown } خریدار
retention-median = میانهٔ روزها تا سفارش دوم
retention-median-never = بیشترشان هرگز
retention-median-never-note = تا جایی که زیر نظر بوده‌اند کمتر از نیمی برگشته‌اند
retention-days-note = بازهٔ اطمینان ۹۵٪: { $low-shown } تا { $high-shown } روز
retention-days-note-open = با اطمینان ۹۵٪ دست‌کم { $low-shown } روز
retention-late = روزی که پس از آن کمتر کسی برمی‌گردد
retention-late-note = بازهٔ اطمینان ۹۵٪: { $low-shown } تا { $high-shown }؛ از هر ده نفری که در { $horizon-shown } روز برمی‌گردند نه نفر تا آن روز برگشته‌اند
retention-late-note-open = با اطمینان ۹۵٪ دست‌کم { $low-shown }؛ از هر ده نفری که در { $horizon-shown } روز برمی‌گردند نه نفر تا آن روز برگشته‌اند
retention-late-unknown = نمی‌دانیم
retention-late-unknown-note = کمتر از آن برگشته‌اند که بشود گفت
retention-newest = تازه‌ترین‌ها، برگشته تا { $days-shown } روز
retention-newest-more = { $points } واحد درصد بیشتر
retention-newest-less = { $points } واحد درصد کمتر
retention-newest-note-within = از { $before } در سال پیش از آن؛ بازهٔ تفاوت: { $low } تا { $high }، در حد نوسان معمول، از { $newest-shown } خریدار
retention-newest-note-beyond = از { $before } در سال پیش از آن؛ بازهٔ تفاوت: { $low } تا { $high }، بیش از نوسان معمول، از { $newest-shown } خریدار
retention-cohorts-title = در هر یک از ماه‌های پس از خرید اول، به‌طور میانگین { $share } مشتریان سفارش می‌دهند؛ هیچ گروه هم‌دوره‌ای بیش از نوسان معمول با بقیه فرق ندارد.
retention-cohorts-title-more = خریداران تازهٔ { $month } بیش از همه برمی‌گردند: میانگین هر ماهشان { $share } است و میانگین بقیه در همان سن { $others }.
retention-cohorts-title-first = کسانی که در { $month }، آغاز داده‌ها، خرید می‌کردند بیش از همه برمی‌گردند: میانگین هر ماهشان { $share } است و میانگین خریداران تازهٔ پس از آن‌ها در همان سن { $others }.
retention-cohorts-title-less = خریداران تازهٔ { $month } کمتر از همه برمی‌گردند: میانگین هر ماهشان { $share } است و میانگین بقیه در همان سن { $others }.
retention-cohorts-title-few = کمتر از آن خریدار یک ماه تمام زیر نظر بوده‌اند که بشود گروه‌های هم‌دوره را مقایسه کرد.
retention-cohorts-how = مشتریان بر پایهٔ ماه نخستین سفارش؛ در هر خانه سهمی که پس از آن‌همه ماه سفارش داده‌اند. هاشور: ماه تمام نشده و این سهم بیشتر می‌شود. در گروه‌های اول شاید کسانی باشند که پیش از آغاز داده‌ها هم خریده بودند. { $buyers-shown } خریدار، { $period }.
retention-cohorts-cut = { $shown-shown } گروه تازه‌تر نشان داده شده است؛ همهٔ گروه‌ها در داده‌ها هستند.
retention-cohorts-first = ماه اول هنوز تمام نشده است.
retention-cohorts-caption = سهمی از هر گروه هم‌دوره که سفارش داده، به ماه از نخستین سفارش
retention-cohorts-rows = نخستین سفارش
retention-cohorts-columns = ماه از نخستین سفارش
retention-cohorts-size = خریدار
retention-cohorts-open = ناتمام
retention-cohorts-readout = نخستین سفارش در { $month }: { $active-shown } نفر از { $size-shown } نفر پس از { $later-shown } ماه سفارش دادند، { $share }. دیدن همهٔ { $size-shown } نفر
retention-cohorts-readout-open = نخستین سفارش در { $month }: تا اینجا { $active-shown } نفر از { $size-shown } نفر پس از { $later-shown } ماه سفارش داده‌اند، { $share }؛ ماه هنوز تمام نشده است
retention-window = فرصت بازگشت
retention-late-pin = روز { $late-shown } ({ $low-shown } تا { $high-shown })
retention-back-axis = سهم برگشته‌ها
retention-orders-title-few = خریداران کمتر از آن‌اند که بشود گفت سفارش دوم چقدر طول می‌کشد.
retention-orders-title-median = نیمی از خریداران تازه تا { $days-shown } روز دوباره سفارش می‌دهند.
retention-orders-title-share = پس از { $days-shown } روز { $share } خریداران تازه دوباره سفارش داده‌اند ({ $low } تا { $high }).
retention-orders-how = کاپلان–مایر با بازهٔ اطمینان ۹۵٪: هر کس برنگشته، تا همان روزی که زیر نظر بوده به حساب آمده است. با هر نفری که برمی‌گردد خط بالا می‌رود. { $people-shown } خریدار، { $period }.
retention-orders-axis = روز از نخستین سفارش
retention-waiting-title = { $customers ->
    [0] تا دو هفتهٔ دیگر هیچ مشتری تک‌خریدی به روز { $late-shown } نمی‌رسد.
    [1] تا دو هفتهٔ دیگر یک مشتری تک‌خرید به روز { $late-shown } می‌رسد.
   *[other] تا دو هفتهٔ دیگر { $customers-shown } مشتری تک‌خرید به روز { $late-shown } می‌رسند.
 }
retention-waiting-title-plain = { $once-shown } مشتری تنها در یک روز سفارش داده‌اند.
retention-waiting-how = مشتریانی که تنها در یک روز سفارش داده‌اند، بر پایهٔ روزهای گذشته از آن. هر عدد به خود آن‌ها می‌رسد. { $once-shown } مشتری، در { $day }.
retention-waiting-caption = مشتریانی که تنها در یک روز سفارش داده‌اند، بر پایهٔ روزهای گذشته
retention-waiting-days = روز گذشته
retention-waiting-customers = مشتری
retention-waiting-range = { $from-shown } تا { $until-shown }
retention-waiting-open = { $from-shown } و بیشتر
retention-waiting-about = نزدیک به گذشتن
retention-waiting-show = { $customers ->
    [1] دیدن این مشتری
   *[other] دیدن این { $customers-shown } مشتری
 }
retention-visits-title-few = بازدیدکنندگان کمتر از آن‌اند که بشود گفت بازدید دوم چقدر طول می‌کشد.
retention-visits-title-median = نیمی از بازدیدکنندگان تا { $days-shown } روز برمی‌گردند.
retention-visits-title-share = پس از { $days-shown } روز { $share } بازدیدکنندگان برگشته‌اند ({ $low } تا { $high }).
retention-visits-how = کاپلان–مایر با بازهٔ اطمینان ۹۵٪، برای بازدیدکنندگانی که نام یا دستگاهشان را می‌شناسیم. { $people-shown } بازدیدکننده، { $period }.
retention-visits-axis = روز از نخستین بازدید
retention-visits-pin = روز { $days-shown }: { $share }
retention-visits-none = هنوز بازدیدی نمی‌شناسیم.
retention-visits-teach = اینجا جای سهم بازدیدکنندگانی است که بار دوم می‌آیند. بازدید یعنی دیدن صفحه‌های سایت شما همراه با شناسهٔ بازدیدکننده؛ سفارش‌ها به‌تنهایی چیزی از آن نمی‌گویند.
retention-time-readout = روز { $day-shown }: { $share } برگشته‌اند ({ $low } تا { $high })
retention-time-back = برگشته
retention-time-interval = بازهٔ اطمینان ۹۵٪
retention-time-waiting = چشم‌به‌راه
retention-contents-title-none = هیچ نوع محتوایی آن‌قدر بازدید نخست ندارد که جداگانه سنجیده شود.
retention-contents-title-alike = بازدید دوم پس از هیچ نوع محتوایی بیش از نوسان معمول با بقیه فرق ندارد.
retention-contents-title-more = بازدیدکنندگان { $higher-shown } نوع از { $kinds-shown } نوع محتوا بیش از میانگین همه برمی‌گردند.
retention-contents-title-less = بازدیدکنندگان { $lower-shown } نوع از { $kinds-shown } نوع محتوا کمتر از میانگین همه برمی‌گردند.
retention-contents-title-both = از { $kinds-shown } نوع محتوا، بازدیدکنندگان { $higher-shown } نوع بیش از میانگین همه برمی‌گردند و { $lower-shown } نوع کمتر.
retention-contents-how = بر پایهٔ آنچه نخستین بازدید با آن آغاز شد: سهم کسانی که تا { $days-shown } روز دوباره آمدند (کاپلان–مایر) با بازهٔ اطمینان ۹۵٪. «بیشتر» یا «کمتر» فقط جایی آمده که بازه‌اش با بازهٔ همه برخورد ندارد. { $people-shown } بازدیدکننده، { $period }.
retention-contents-caveat = این هم‌زمانی است و نه علت: کسی که با یک نوع محتوا آغاز می‌کند شاید مشتری دیگرگونه‌ای باشد.
retention-contents-none = هر نوع محتوا از ۳۰ بازدیدکنندهٔ نخست به بعد جداگانه سنجیده می‌شود.
retention-contents-caption = بازدیدکنندگانی که برگشتند، بر پایهٔ محتوای نخستین بازدید
retention-contents-content = محتوای نخستین بازدید
retention-contents-visitors = بازدیدکننده
retention-contents-back = برگشته
retention-contents-drawn = نمودار
retention-contents-against = در برابر همه
retention-contents-higher = بیشتر
retention-contents-lower = کمتر
retention-contents-within = در حد نوسان معمول
retention-contents-all = همهٔ بازدیدکنندگان
retention-chosen = گروه‌های هم‌دوره و سفارش دوم: تنها کسانی که نخستین سفارششان در { $months } بوده است. بقیهٔ صفحه: همهٔ مشتریان تا { $day }.
retention-chosen-buyers = نخستین سفارش در { $months }.
retention-cohorts-none = در این ماه‌ها کسی نخستین سفارشش را نداده است.
