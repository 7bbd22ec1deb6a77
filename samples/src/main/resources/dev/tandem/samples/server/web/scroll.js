// The page follows an answer while it grows, unless the reader has scrolled up.

export class Follower {
    constructor(scroller, content, jump) {
        this.scroller = scroller;
        this.jump = jump;
        this.following = true;
        this.top = 0;
        scroller.addEventListener('scroll', () => {
            const { scrollTop } = scroller;
            if (this.distance() < 48) this.following = true;
            else if (scrollTop < this.top - 2) this.following = false;
            this.top = scrollTop;
            this.show();
        }, { passive: true });
        jump.addEventListener('click', () => this.toEnd());
        const observer = new ResizeObserver(() => {
            if (this.following) this.move();
            this.show();
        });
        observer.observe(content);
        observer.observe(scroller);
    }

    distance() {
        return this.scroller.scrollHeight - this.scroller.clientHeight - this.scroller.scrollTop;
    }

    move() {
        this.scroller.scrollTop = this.scroller.scrollHeight;
        this.top = this.scroller.scrollTop;
    }

    show() {
        this.jump.hidden = this.following || this.distance() < 48;
    }

    toEnd() {
        this.following = true;
        this.move();
        this.show();
    }
}
