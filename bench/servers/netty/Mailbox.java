import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;

/**
 * mailbox.mjs in Netty, written as its users write it who care: pooled direct buffers, writes while the channel is writable, one flush
 * for them, and the rest when writability comes back. `java Mailbox.java shared|unique` with Netty's jars on the class path: whether all
 * messages are one buffer, or each has its own. On NIO: Debian's package has no native transport.
 */
public final class Mailbox {
  private static final int REQUEST_BYTES = 8;

  public static void main(String[] args) throws Exception {
    boolean unique = args[0].equals("unique");
    var group = new NioEventLoopGroup(1);
    Channel server =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
            // The marks of a channel of respite/backpressure; with Netty's own of 32 and 64 KB it is slower.
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(64 * 1024, 256 * 1024))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new Responder(unique));
                  }
                })
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    System.out.println("listening " + ((InetSocketAddress) server.localAddress()).getPort());
    server.closeFuture().sync();
  }

  /** One response after the other, as in any protocol without multiplexing. */
  private static final class Responder extends ChannelInboundHandlerAdapter {
    private final boolean unique;
    private final ArrayDeque<int[]> waiting = new ArrayDeque<>();
    private final ByteBuf rest = Unpooled.buffer(1024);
    private ByteBuf message = Unpooled.EMPTY_BUFFER;

    Responder(boolean unique) {
      this.unique = unique;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
      var bytes = (ByteBuf) read;
      rest.writeBytes(bytes);
      bytes.release();
      while (rest.readableBytes() >= REQUEST_BYTES) waiting.add(new int[] {rest.readInt(), rest.readInt()});
      rest.discardSomeReadBytes();
      write(context);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
      if (context.channel().isWritable()) write(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      waiting.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }

    private void write(ChannelHandlerContext context) {
      var channel = context.channel();
      while (!waiting.isEmpty() && channel.isWritable()) {
        int[] response = waiting.peek();
        context.write(next(context, response[1]), context.voidPromise());
        response[0] -= 1;
        if (response[0] == 0) waiting.remove();
      }
      context.flush();
    }

    private ByteBuf next(ChannelHandlerContext context, int size) {
      if (message.capacity() != size) {
        message = context.alloc().directBuffer(size, size);
        while (message.isWritable()) message.writeByte('m');
      }
      if (!unique) return message.retainedDuplicate();
      return context.alloc().directBuffer(size, size).writeBytes(message, 0, size);
    }
  }
}
