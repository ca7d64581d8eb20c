channels-empty-title = هنوز کسی سفارش نداده است.
channels-empty-lead = تفاوت کانال‌ها از سفارش‌ها و کانال هر سفارش خوانده می‌شود. سفارش‌هایی را که دارید وارد کنید:
channels-empty-months = در این ماه‌ها کسی نخستین سفارش خود را نداده است.
channels-chosen = مشتریانی نشان داده می‌شوند که نخستین سفارششان در { $months } بوده، همراه با هر آنچه از آن پس کرده‌اند.
channels-headline-several = { $share } از مشتریان از چند جا خرید می‌کنند و { $net } از فروش خالص از آن‌هاست.
channels-headline-one = { $share } از مشتریان: { $group }.
channels-online = آنلاین
channels-store = حضوری
channels-social = شبکه‌های اجتماعی
channels-other = دیگر
channels-only-online = فقط آنلاین
channels-only-store = فقط حضوری
channels-only-social = فقط اجتماعی
channels-only-other = فقط دیگر
channels-several = چند جا
channels-groups-title = چند وقت یک‌بار می‌خرند و چقدر می‌ارزند
channels-groups-how = خریداران بر پایهٔ جای سفارش: آنلاین یعنی وب، اپلیکیشن و بازارگاه؛ اجتماعی یعنی شبکهٔ اجتماعی و پیام‌رسان؛ دیگر یعنی ایمیل، پیامک، تماس و دستگاه. مبلغ‌ها به { $currency }. سفارش در سال از آنِ کسانی است که دست‌کم ۹۰ روز مشتری بوده‌اند. n = { $buyers-shown } خریدار، { $period }.
channels-groups-caption = خریداران بر پایهٔ جای خرید
channels-measure = هر مشتری
channels-buyers = مشتریان
channels-orders-each = سفارش
channels-orders-a-year = سفارش در سال
channels-net-each = فروش خالص
channels-average-order = مبلغ هر سفارش
channels-margin-each = سود ناخالص، جایی که هزینه معلوم است
channels-repeat = سفارش در بیش از یک روز
channels-likings = علاقهٔ بیشترشان
channels-sample = n = { $sample-shown }
channels-process-title = { $group }: نیمی { $days ->
    [0] در همان روز نخستین بازدید سفارش می‌دهند.
   *[other] تا { $days-shown } روز پس از نخستین بازدید سفارش می‌دهند.
 }
channels-process-title-none = بازدیدهای پیش از سفارش کمتر از آن است که بتوان گفت خرید چقدر طول می‌کشد.
channels-process-how = شمار روزها از نخستین بازدید تا نخستین سفارش، جایی که بازدیدی ثبت شده است؛ و سهمی از هر گروه که در هر کانالی به آن مرحله رسیده‌اند.
channels-process-caption = مسیر خرید بر پایهٔ جای خرید
channels-median-days = میانهٔ روزها از نخستین بازدید تا نخستین سفارش
channels-firsts-title = { $most }: { $share } از کسانی که نخست از آنجا می‌خرند تا { $days-shown } روز دوباره سفارش می‌دهند؛ { $least }: { $other }.
channels-firsts-title-alike = جای نخستین خرید در بازگشت مشتری تفاوتی نمی‌سازد که از حد تصادف بیشتر باشد.
channels-firsts-how = بر پایهٔ کانال نخستین سفارش، که از پس از آن چیزی نمی‌گوید: کسی که از چند جا می‌خرد ناگزیر دو بار سفارش داده است و گروه‌های بالا از این نظر سنجیدنی نیستند. کاپلان–مایر، بازهٔ اطمینان ۹۵٪. n = { $buyers-shown } خریدار، { $period }.
channels-firsts-caption = چه کسانی دوباره سفارش دادند، بر پایهٔ کانال نخستین سفارش
channels-first-outlet = نخستین سفارش
channels-back = بازگشت تا { $days-shown } روز
channels-drawn = همان به شکل میله
channels-overlaps-title = چه کسانی از کجاها با هم می‌خرند
channels-overlaps-how = هر مشتری در یک سطر است: درست از همین جاها خریده است.
channels-outlets = جای خرید
channels-share = سهم
channels-net-in = فروش خالص ({ $currency })
